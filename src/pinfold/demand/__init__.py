"""What customers want: the weekly outlook, a customer's likely next products, and the odds that a pin fills."""

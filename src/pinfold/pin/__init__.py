"""The life of a group buy: its allowed steps, its prices, which pins a plan opens, and who gets what when the harvest falls short."""

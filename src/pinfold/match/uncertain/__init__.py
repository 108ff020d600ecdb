"""Plans made before the harvest is known: trucks and promises first, then, in every scenario, what best follows from them."""

"""How the example season is made: one file per part of the world, each a pure function of a seed."""

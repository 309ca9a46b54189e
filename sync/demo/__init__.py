"""A made-up world to try the whole way in: a function of one instant and a seed."""

"""When a crop ripens, how much it yields, how sure that is; one interface per kind of model; backtests choose what serves."""

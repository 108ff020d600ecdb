"""How many threads the libraries of a process start."""

# Each process is one core's work: libraries that would start a thread for every core in each of them would only stand in each other's way.
# Variables of the environment, which must be there before numpy and Polars are imported.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")

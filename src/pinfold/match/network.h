// A season as the compiled loops see it; kernel.py fills it.
#include <stdint.h>

typedef struct {
    int64_t pools, wants, lanes, hub_weeks, steps;
    const int64_t *first_way, *first_lot;           // of each pool, and one past the last
    const int32_t *want, *lane, *hub_of_lane;       // of each way, each way, each lane
    const double *kept, *cost_per_kg;               // of each way
    const double *lot_value_per_kg, *lot_kg;        // of each lot, by pool, best first
    const double *step_price_per_kg, *step_kg;      // of each want, its steps side by side
    const double *lane_kg_max, *hub_week_kg_max;
    const double *pool_scale, *want_scale;          // yuan per kg that temperature 1 stands for
    const double *moved_price_per_kg;               // one number: 0 where nothing is promised
    const double *promised_kg;                      // of each way; looked at only where moving has a price
} Network;

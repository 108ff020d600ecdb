// The loops of plans for many harvests: those of loops.c, but for several harvests side by side, so that the processor works on all of them at
// once and each way is looked up once; called by uncertain/dual.py only.
#include "network.h"

#include <math.h>
#include <string.h>

// So many harvests stand side by side.
#define SIDE 4
typedef double Side __attribute__((vector_size(SIDE * 8), aligned(8)));
typedef int64_t Bits __attribute__((vector_size(SIDE * 8), aligned(8)));

// Below this many widths under the pool's best way, a way's share counts as what it is there: under 1e-17.
#define FARTHEST -40.0

// exp(x) for FARTHEST <= x <= 0 to 1e-9 of itself, as in loops.c.
static inline Side exp_below_0(Side x) {
    const double shift = 6755399441055744.0, log2_e = 1.4426950408889634, log_2 = 0.6931471805599453;
    const Side whole_shifted = x * log2_e + shift, rest = x - (whole_shifted - shift) * log_2;
    const Side one = (Side){0} + 1.0;
    const Side power = (Side)((Bits)one + ((Bits)whole_shifted << 52));
    return power * (1 + rest * (1 + rest * (1. / 2 + rest * (1. / 6 + rest * (1. / 24 + rest * (1. / 120 + rest * (1. / 720 + rest / 5040)))))));
}

static inline Side clipped(Side x) { return __builtin_elementwise_min(__builtin_elementwise_max(x, (Side){0}), (Side){0} + 1.0); }

// What the pools of SIDE harvests add to their `value`, to the `slope` of wants' prices and to what lanes carry; `price` : of wants and lanes.
// Where there is a `mean` of flows (of each way), it goes towards these flows by `mean_share`. `flow` : room for the ways of one pool.
static Side pools_of(const Network *n, double temperature, const Side *lot_kg, const Side *price, Side *slope, double mean_share, Side *mean,
                     Side *flow) {
    const Side *lane_price = price + n->wants;
    Side *lane_kg = slope + n->wants, value = {0};
    for (int64_t p = 0; p < n->pools; p++) {
        const int64_t from = n->first_way[p], to = n->first_way[p + 1];
        const double width = temperature * n->pool_scale[p], sharpness = 1 / width;
        if (from == to) continue;
        Side best = (Side){0} - 1e300, sum = {0}, sent = {0}, worth;
        for (int64_t a = from; a < to; a++) {
            flow[a - from] = n->kept[a] * price[n->want[a]] - lane_price[n->lane[a]] - n->cost_per_kg[a];
            best = __builtin_elementwise_max(best, flow[a - from]);
        }
        // log(sum) <= log(ways): enough to see that a pool stays at home in every harvest.
        const double most = width * 0.6931471805599454 * (64 - __builtin_clzll(to - from)) + n->lot_value_per_kg[n->first_lot[p]];
        if (__builtin_reduce_max(best) + most <= 0) {
            for (int64_t a = from; mean && a < to; a++) mean[a] -= mean_share * mean[a];
            continue;
        }
        for (int64_t a = from; a < to; a++) {
            flow[a - from] = exp_below_0(__builtin_elementwise_max((flow[a - from] - best) * sharpness, (Side){0} + FARTHEST));
            sum += flow[a - from];
        }
        for (int s = 0; s < SIDE; s++) worth[s] = best[s] + width * log(sum[s]);
        for (int64_t lot = n->first_lot[p]; lot < n->first_lot[p + 1]; lot++) {
            const Side gain = worth + n->lot_value_per_kg[lot], share = clipped(gain * sharpness), gone = lot_kg[lot] * share;
            value += gone * (gain - 0.5 * width * share);
            sent += gone;
        }
        const Side each = sent / sum;
        for (int64_t a = from; a < to; a++) {
            const Side kg = flow[a - from] * each;
            slope[n->want[a]] += kg * n->kept[a];
            lane_kg[n->lane[a]] += kg;
            if (mean) mean[a] += mean_share * (kg - mean[a]);
        }
    }
    return value;
}

// Of each of `count` harvests the smoothed dual `value` at its own `prices` (wants, lanes, hub-weeks) and the `slope`, without demand and lane
// limits, which they share. lot_kg : of each block of SIDE harvests, each lot, each harvest; mean : alike, of each way, or none. The last
// block is filled up with its last harvest. room : for 2 (wants + lanes) + the most ways of a pool, SIDE numbers each.
void harvests(const Network *n, double temperature, int64_t count, const double *lot_kg, const double *prices, double *value, double *slope,
              double mean_share, double *mean, double *room) {
    const int64_t lots = n->first_lot[n->pools], ways = n->first_way[n->pools], own = n->wants + n->lanes, all = own + n->hub_weeks;
    Side *price = (Side *)room, *sloping = price + own, *flow = sloping + own;
    for (int64_t first = 0; first < count; first += SIDE) {
        for (int s = 0; s < SIDE; s++) {
            const double *of = prices + all * (first + s < count ? first + s : count - 1);
            for (int64_t w = 0; w < n->wants; w++) price[w][s] = of[w];
            for (int64_t l = 0; l < n->lanes; l++) price[n->wants + l][s] = of[n->wants + l] + of[own + n->hub_of_lane[l]];
        }
        memset(sloping, 0, own * sizeof *sloping);
        const Side found = pools_of(n, temperature, (const Side *)lot_kg + first / SIDE * lots, price, sloping, mean_share,
                                    mean ? (Side *)mean + first / SIDE * ways : 0, flow);
        for (int s = 0; s < SIDE && first + s < count; s++) {
            const double *of = prices + all * (first + s);
            double *to = slope + all * (first + s);
            value[first + s] = found[s];
            for (int64_t h = 0; h < n->hub_weeks; h++) {
                to[own + h] = n->hub_week_kg_max[h];
                value[first + s] += n->hub_week_kg_max[h] * of[own + h];
            }
            for (int64_t w = 0; w < n->wants; w++) to[w] = sloping[w][s];
            for (int64_t l = 0; l < n->lanes; l++) {
                to[n->wants + l] = -sloping[n->wants + l][s];
                to[own + n->hub_of_lane[l]] -= sloping[n->wants + l][s];
            }
        }
    }
}

// max(gain, 0), rounded off by a parabola over 0 .. width, and its slope.
static inline double rounded(double gain, double width, double *slope) {
    *slope = fmin(fmax(gain / width, 0), 1);
    return *slope * (gain - 0.5 * width * *slope);
}

typedef struct {
    const double *kept_per_kg, *late_per_kg, *refund_per_kg; // of each want's steps
    const double *truck_per_kg, *spot_per_kg;                // of each lane
    const double *promised_kg, *booked_kg;                   // of each step and lane, or none where they are not decided yet
    double lane_scale;                                       // yuan per kg that temperature 1 stands for on a lane
} Early;

// What demand and trucks, which harvests share, add to the smoothed dual, which is returned, and to its `slope` (of each harvest, as prices).
double early(const Network *n, const Early *e, double temperature, int64_t count, const double *weight, const double *prices, double *slope) {
#pragma clang fp reassociate(on)
    const int64_t all = n->wants + n->lanes + n->hub_weeks;
    double value = 0, own[count], kept[count], late[count], down[count], share;
    for (int64_t w = 0; w < n->wants; w++) {
        const double width = temperature * n->want_scale[w];
        for (int64_t h = 0; h < count; h++) own[h] = prices[h * all + w], down[h] = 0;
        for (int64_t s = w * n->steps; s < (w + 1) * n->steps; s++) {
            double kept_mean = 0, late_mean = 0, kg = n->step_kg[s], promised;
            for (int64_t h = 0; h < count; h++) {
                kept_mean += weight[h] * rounded(e->kept_per_kg[s] - own[h], width, &kept[h]);
                late_mean += weight[h] * rounded(e->late_per_kg[s] - own[h], width, &late[h]);
            }
            if (e->promised_kg) {
                promised = e->promised_kg[s];
                value += promised * kept_mean + (kg - promised) * late_mean;
            } else {
                // Promised a step earns one, not promised the other; so much of it is promised as the difference says.
                value += kg * (late_mean + rounded(kept_mean - e->refund_per_kg[s] - late_mean, width, &share));
                promised = kg * share;
            }
            for (int64_t h = 0; h < count; h++) down[h] += promised * kept[h] + (kg - promised) * late[h];
        }
        for (int64_t h = 0; h < count; h++) slope[h * all + w] -= weight[h] * down[h];
    }
    for (int64_t l = 0; l < n->lanes; l++) {
        const double width = temperature * e->lane_scale, kg = n->lane_kg_max[l];
        double own_mean = 0, spot_mean = 0, booked;
        for (int64_t h = 0; h < count; h++) {
            own[h] = prices[h * all + n->wants + l];
            own_mean += weight[h] * own[h];
            spot_mean += weight[h] * rounded(own[h] - e->spot_per_kg[l], width, &late[h]);
        }
        if (e->booked_kg) {
            booked = e->booked_kg[l];
            value += booked * own_mean + (kg - booked) * spot_mean;
        } else {
            // Booked a kg of truck earns its mean price less what it costs, left to the spot what the price there is above the spot's.
            value += kg * (spot_mean + rounded(own_mean - e->truck_per_kg[l] - spot_mean, width, &share));
            booked = kg * share;
        }
        for (int64_t h = 0; h < count; h++) slope[h * all + n->wants + l] += weight[h] * (booked + (kg - booked) * late[h]);
    }
    return value;
}

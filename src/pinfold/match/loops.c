// The loops of the match that run over every way or price again and again, and that arrays alone are too slow for; called by calendar.py,
// kernel.py and descent.py only.
#include "network.h"

#include <math.h>
#include <string.h>

typedef struct {
    int64_t lag_weeks_max;
    const int64_t *first_want, *want_by_product, *first_lane, *lane_by_hub; // of each product and hub, and one past the last
    const int64_t *pool_product, *pool_hub, *pool_grade, *pool_week;
    const double *pool_collect_days, *pool_age_max;
    const int64_t *want_place, *want_week, *want_grade_worst;
    const int64_t *lane_place;
    const double *lane_days;
} Calendar;

// Counts the ways of each pool into `count`; where `want` is given, writes the want and lane of each from `first` of its pool on.
// by_hub : pools, those of one hub together. lane_at : room for the lane to each place, -1 everywhere before and after.
void reach(const Calendar *c, const int64_t *by_hub, int64_t pools, int32_t *lane_at, int64_t *count, const int64_t *first, int32_t *want,
           int32_t *lane) {
    for (int64_t i = 0; i < pools; i++) {
        const int64_t p = by_hub[i], hub = c->pool_hub[p], product = c->pool_product[p];
        count[p] = 0;
        if (hub < 0) continue;
        if (i == 0 || c->pool_hub[by_hub[i - 1]] != hub)
            for (int64_t l = c->first_lane[hub]; l < c->first_lane[hub + 1]; l++) lane_at[c->lane_place[c->lane_by_hub[l]]] = c->lane_by_hub[l];
        for (int64_t k = c->first_want[product]; k < c->first_want[product + 1]; k++) {
            const int64_t w = c->want_by_product[k], lag = c->want_week[w] - c->pool_week[p];
            if (lag < 0 || lag > c->lag_weeks_max || c->pool_grade[p] > c->want_grade_worst[w] || c->want_place[w] < 0) continue;
            const int32_t l = lane_at[c->want_place[w]];
            if (l < 0 || 7.0 * lag + c->pool_collect_days[p] + c->lane_days[l] > c->pool_age_max[p]) continue;
            if (want) want[first[p] + count[p]] = w, lane[first[p] + count[p]] = l;
            count[p]++;
        }
        if (i + 1 == pools || c->pool_hub[by_hub[i + 1]] != hub)
            for (int64_t l = c->first_lane[hub]; l < c->first_lane[hub + 1]; l++) lane_at[c->lane_place[c->lane_by_hub[l]]] = -1;
    }
}


// max(gain, 0), rounded off by a parabola over 0 .. width, and its slope.
static double rounded(double gain, double width, double *slope) {
    if (gain <= 0) return *slope = 0;
    if (gain >= width) return *slope = 1, gain - width / 2;
    *slope = gain / width;
    return gain * gain / (2 * width);
}

// Below this many widths under the pool's best way, a way's share is under 1e-8 and counts as none.
#define SHARE_NONE -18.5

// exp(x) for SHARE_NONE <= x <= 0 to 1e-9 of itself, without a call, so that the compiler does eight at once: 2^whole by shifting the exponent's bits,
// the rest by Taylor's series of exp around 0.
static inline double exp_below_0(double x) {
    const double shift = 6755399441055744.0, log2_e = 1.4426950408889634, log_2 = 0.6931471805599453;
    const double whole_shifted = x * log2_e + shift, rest = x - (whole_shifted - shift) * log_2;
    double power = 1;
    int64_t bits, whole;
    memcpy(&whole, &whole_shifted, 8);
    memcpy(&bits, &power, 8);
    bits += whole << 52;
    memcpy(&power, &bits, 8);
    return power * (1 + rest * (1 + rest * (1. / 2 + rest * (1. / 6 + rest * (1. / 24 + rest * (1. / 120 + rest * (1. / 720 + rest / 5040)))))));
}

// What a kg of pool p is worth, at least `least`, when promised kg that stay are paid for it: where as many kg leave as promises still ask for.
// Fills `kept` (kg of each of its ways that stay as promised) and adds to `value` what they gain beyond that worth.
// A bracketed Newton search: the slope is broken straight lines, so it ends after a few steps; any worth from `least` on is a bound.
static double worth_with_promised(const Network *n, int64_t p, double width, double least, const double *want_price, const double *lane_price,
                                  double *kept, double *value) {
    const double bonus = *n->moved_price_per_kg;
    const int64_t from = n->first_way[p], to = n->first_way[p + 1];
    double low = least, high = least, worth = least, share;
    for (int64_t a = from; a < to; a++) {
        kept[a] = n->kept[a] * want_price[n->want[a]] - lane_price[n->lane[a]] - n->cost_per_kg[a] + bonus;
        if (n->promised_kg[a] > 0 && kept[a] > high) high = kept[a];
    }
    for (int step = 0; step < 30 && high > least; step++) {
        double left = 0, steeper = 0;
        for (int64_t lot = n->first_lot[p]; lot < n->first_lot[p + 1]; lot++) {
            rounded(worth + n->lot_value_per_kg[lot], width, &share);
            left += n->lot_kg[lot] * share;
            if (share > 0 && share < 1) steeper += n->lot_kg[lot] / width;
        }
        for (int64_t a = from; a < to; a++) {
            if (n->promised_kg[a] <= 0) continue;
            rounded(kept[a] - worth, width, &share);
            left -= n->promised_kg[a] * share;
            if (share > 0 && share < 1) steeper += n->promised_kg[a] / width;
        }
        if (left >= 0) high = worth;
        else low = worth;
        if (high == least || (left > -1e-6 && left < 1e-6) || high - low < 1e-9 * width) break;
        worth = steeper > 0 ? worth - left / steeper : low;
        if (!(worth > low && worth < high)) worth = (low + high) / 2;
    }
    for (int64_t a = from; a < to; a++) {
        *value += n->promised_kg[a] * rounded(kept[a] - worth, width, &share);
        kept[a] = n->promised_kg[a] * share;
    }
    return worth;
}

// What the pools from `first` to before `end` add to the smoothed dual value at `prices` (wants, lanes, hub-weeks) and to its `slope` (as prices);
// fills `flow` (kg on each of their ways). Where `first` is 0, the wants and limits are added too, so that parts sum up to the whole.
// `lane_price` and `lane_kg` are room for one number per lane, `kept` for one per way where moving what was promised has a price.
double smoothed(const Network *n, double temperature, const double *prices, int64_t first, int64_t end, double *slope, double *flow,
                double *lane_price, double *lane_kg, double *kept, double *lot_sent) {
#pragma clang fp reassociate(on)
    const double with_limits = first == 0;
    const double *want_price = prices, *own_lane_price = prices + n->wants, *hub_price = own_lane_price + n->lanes;
    double *lane_slope = slope + n->wants, *hub_slope = lane_slope + n->lanes;
    double value = 0, share;
    memset(slope, 0, (n->wants + n->lanes + n->hub_weeks) * sizeof *slope);
    for (int64_t w = 0; with_limits && w < n->wants; w++) {
        for (int64_t s = w * n->steps; s < (w + 1) * n->steps; s++) {
            value += n->step_kg[s] * rounded(n->step_price_per_kg[s] - want_price[w], temperature * n->want_scale[w], &share);
            slope[w] -= n->step_kg[s] * share;
        }
    }
    for (int64_t h = 0; with_limits && h < n->hub_weeks; h++) value += n->hub_week_kg_max[h] * hub_price[h], hub_slope[h] = n->hub_week_kg_max[h];
    for (int64_t l = 0; l < n->lanes; l++) {
        value += with_limits * n->lane_kg_max[l] * own_lane_price[l];
        lane_price[l] = own_lane_price[l] + hub_price[n->hub_of_lane[l]];
        lane_kg[l] = 0;
    }
    for (int64_t p = first; p < end; p++) {
        const int64_t from = n->first_way[p], to = n->first_way[p + 1];
        const double width = temperature * n->pool_scale[p], sharpness = 1 / width;
        double best = -1e300, sum = 0, sent = 0;
        for (int64_t a = from; a < to; a++) {
            flow[a] = n->kept[a] * want_price[n->want[a]] - lane_price[n->lane[a]] - n->cost_per_kg[a];
            if (flow[a] > best) best = flow[a];
        }
        if (from == to) continue;
        // log(sum) <= log(ways) <= log(2) x how many bits their number has: enough to see that a pool stays at home.
        const double most = best + width * 0.6931471805599454 * (64 - __builtin_clzll(to - from));
        const double bonus = *n->moved_price_per_kg;
        double kept_kg = 0;
        if (lot_sent || most + bonus + n->lot_value_per_kg[n->first_lot[p]] > 0) {
            for (int64_t a = from; a < to; a++) {
                const double below = (flow[a] - best) * sharpness;
                flow[a] = below > SHARE_NONE ? exp_below_0(below) : 0;
                sum += flow[a];
            }
            double worth = best + width * log(sum);
            if (bonus > 0) {
                worth = worth_with_promised(n, p, width, worth, want_price, lane_price, kept, &value);
                for (int64_t a = from; a < to; a++) kept_kg += kept[a];
            }
            for (int64_t lot = n->first_lot[p]; lot < n->first_lot[p + 1]; lot++) {
                value += n->lot_kg[lot] * rounded(worth + n->lot_value_per_kg[lot], width, &share);
                sent += n->lot_kg[lot] * share;
                if (lot_sent) lot_sent[lot] = n->lot_kg[lot] * share;
            }
        }
        double each = sent > kept_kg ? (sent - kept_kg) / sum : 0;
        if (kept_kg > 0) {
            for (int64_t a = from; a < to; a++) flow[a] = flow[a] * each + kept[a];
            each = 1;
        }
        if (each == 0) {
            memset(flow + from, 0, (to - from) * sizeof *flow);
            continue;
        }
        // Ways without flow are added too: asking whether there is any costs more, because the answer cannot be foreseen.
        for (int64_t a = from; a < to; a++) {
            flow[a] *= each;
            slope[n->want[a]] += flow[a] * n->kept[a];
            lane_kg[n->lane[a]] += flow[a];
        }
    }
    for (int64_t l = 0; l < n->lanes; l++) {
        lane_slope[l] = with_limits * n->lane_kg_max[l] - lane_kg[l];
        hub_slope[n->hub_of_lane[l]] -= lane_kg[l];
    }
    return value;
}

// A lot or a step of which less than this many kg are left is done.
#define DONE_KG 1e-9

// Lets the ways take what is left, in `order`, each as long as one more kg still pays; adds to `kg` (of each way) and takes from what is left.
// lot_at and step_at: a lot of each pool and a step of each want before which none is left.
void fill(const Network *n, const int64_t *order, int64_t count, const int32_t *pool_of_way, double *kg, double *lot_left, int64_t *lot_at,
          double *step_left, int64_t *step_at, double *lane_left, double *hub_left) {
    for (int64_t i = 0; i < count; i++) {
        const int64_t way = order[i], pool = pool_of_way[way], want = n->want[way], lane = n->lane[way], hub = n->hub_of_lane[lane];
        const double kept = n->kept[way];
        for (;;) {
            while (lot_at[pool] < n->first_lot[pool + 1] && lot_left[lot_at[pool]] <= DONE_KG) lot_at[pool]++;
            while (step_at[want] < (want + 1) * n->steps && step_left[step_at[want]] <= DONE_KG) step_at[want]++;
            const int64_t lot = lot_at[pool], step = step_at[want];
            if (lot == n->first_lot[pool + 1] || step == (want + 1) * n->steps) break;
            const double taken = fmin(fmin(lot_left[lot], step_left[step] / kept), fmin(lane_left[lane], hub_left[hub]));
            if (taken <= 0 || kept * n->step_price_per_kg[step] - n->cost_per_kg[way] + n->lot_value_per_kg[lot] <= 0) break;
            kg[way] += taken;
            lot_left[lot] -= taken;
            lane_left[lane] -= taken;
            hub_left[hub] -= taken;
            step_left[step] -= taken * kept;
            if (lot_left[lot] > DONE_KG && step_left[step] > DONE_KG) break;
        }
    }
}

static double dot(const double *one, const double *other, int64_t count) {
#pragma clang fp reassociate(on)
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += one[i] * other[i];
    return sum;
}

// Bends `towards` by what past steps told of the curvature, the oldest step first in the arrays; `bends` > 0. See descent.py.
void bend(int64_t count, int64_t bends, const double *const *step, const double *const *change, const double *inverse, double *towards) {
    double share[bends];
    for (int64_t b = bends - 1; b >= 0; b--) {
        share[b] = inverse[b] * dot(step[b], towards, count);
        for (int64_t i = 0; i < count; i++) towards[i] -= share[b] * change[b][i];
    }
    const double scale = 1 / (inverse[bends - 1] * dot(change[bends - 1], change[bends - 1], count));
    for (int64_t i = 0; i < count; i++) towards[i] *= scale;
    for (int64_t b = 0; b < bends; b++) {
        const double more = share[b] - inverse[b] * dot(change[b], towards, count);
        for (int64_t i = 0; i < count; i++) towards[i] += more * step[b][i];
    }
}

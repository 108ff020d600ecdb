// Which pools of a season share wants, lanes or hub-weeks, at however many removes; called by provinces.py only.
#include <stdint.h>

static int32_t root(int32_t *above, int32_t node) {
    while (above[node] != node) node = above[node] = above[above[node]];
    return node;
}

static int32_t join(int32_t *above, int32_t one, int32_t other) { // the lower number stands above
    one = root(above, one), other = root(above, other);
    return one < other ? (above[other] = one) : (above[one] = other);
}

// Nodes are pools, then wants, lanes and hub-weeks, as many as `counts` says; `above` holds each node's own number, and in the end the
// lowest number of all that it is joined with. hub_week: of each lane, or below 0.
// Source: union-find with path halving, Tarjan & van Leeuwen (1984), J. ACM 31.
void provinces(int64_t ways, const int32_t *pool, const int32_t *want, const int32_t *lane, const int32_t *hub_week, const int32_t *counts,
               int32_t *above) {
    const int32_t wants = counts[0], lanes = wants + counts[1], hub_weeks = lanes + counts[2], nodes = hub_weeks + counts[3];
    for (int64_t i = 0; i < ways; i++) join(above, lanes + lane[i], join(above, wants + want[i], pool[i]));
    for (int32_t i = 0; i < counts[2]; i++)
        if (hub_week[i] >= 0) join(above, lanes + i, hub_weeks + hub_week[i]);
    for (int32_t i = 0; i < nodes; i++) above[i] = root(above, i);
}

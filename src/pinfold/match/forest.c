// Goods gathered on fewer ways; called by tidy.py only.
#include "network.h"

#include <math.h>
#include <stdlib.h>

// A forest over pools and wants whose edges are ways with kg; see tidy.py. A root's kg may change as long as its lots or steps have room,
// every other node's may not, so a way outside the forest whose ends both lead to a root can be emptied or filled at the others' expense.
typedef struct {
    const Network *n;
    const int32_t *pool_of_way;
    double *kg, *used, *lane_room, *hub_room; // of each way, node (sent, or delivered), lane, hub-week
    int64_t *parent, *edge;                   // of each node; -1 for a root; nodes are the pools, then the wants
    int64_t *mark;                            // when a node was last seen
    double *need;                             // kg that a node's other ways must take less
    int64_t *way, ways;                       // what changes together, and by how much when the way outside takes one kg more
    double *change;
    int64_t clock;
} Forest;

// Kg that a node may take more (up) or less before its lots or steps change, and what a kg brings (up) or costs meanwhile.
static double node_room(const Forest *f, int64_t node, int up, double *yuan) {
    const Network *n = f->n;
    const int pool = node < n->pools;
    const int64_t first = pool ? n->first_lot[node] : (node - n->pools) * n->steps;
    const int64_t end = pool ? n->first_lot[node + 1] : first + n->steps;
    const double *kg = pool ? n->lot_kg : n->step_kg, *worth = pool ? n->lot_value_per_kg : n->step_price_per_kg;
    double before = 0, small = 1e-7 * (1 + f->used[node]);
    for (int64_t i = first; i < end; before += kg[i++]) {
        const double into = f->used[node] - before;
        if (up ? into < kg[i] - small : into <= kg[i] + small) {
            if (!up && into <= small) break;
            *yuan = worth[i];
            return up ? kg[i] - fmax(into, 0) : into;
        }
    }
    *yuan = up ? -1e9 : 1e9;
    return 0;
}

static void turn(Forest *f, int64_t node) { // makes `node` the root of its tree
    int64_t above = f->parent[node], edge = f->edge[node];
    f->parent[node] = f->edge[node] = -1;
    while (above >= 0) {
        const int64_t next = f->parent[above], next_edge = f->edge[above];
        f->parent[above] = node, f->edge[above] = edge;
        node = above, above = next, edge = next_edge;
    }
}

static void hang(Forest *f, int64_t node, int64_t above, int64_t way) { // turns the tree of `node` and hangs it under `above`
    turn(f, node);
    f->parent[node] = above, f->edge[node] = way;
}

// What changes on the path from the node `path[0]` to before `stop`, given what each node needs; the need of the last goes to `stop`.
static void climb(Forest *f, int64_t from, int64_t stop) {
    const Network *n = f->n;
    for (int64_t node = from; node != stop && f->parent[node] >= 0; node = f->parent[node]) {
        const int64_t way = f->edge[node];
        const double kept = n->kept[way], x = node < n->pools ? -f->need[node] : -f->need[node] / kept;
        f->way[f->ways] = way, f->change[f->ways++] = x;
        f->need[f->parent[node]] += f->parent[node] < n->pools ? x : x * kept;
    }
}

// Roots to which the ends of the way `e` lead (-1: the second end leads to the same), and what changes when `e` takes a kg more.
// The first `*apart` changes belong to one end each, the others to both.
static void trace(Forest *f, int64_t e, int64_t roots[2], int64_t *apart) {
    const int64_t ends[2] = {f->pool_of_way[e], f->n->pools + f->n->want[e]};
    int64_t meet = -1;
    f->clock++;
    for (int end = 0; end < 2 && meet < 0; end++)
        for (int64_t v = ends[end]; v >= 0; v = f->parent[v]) {
            if (f->mark[v] == f->clock) {
                meet = v;
                break;
            }
            f->mark[v] = f->clock, f->need[v] = 0, roots[end] = v;
        }
    f->ways = 1, f->way[0] = e, f->change[0] = 1;
    f->need[ends[0]] += 1, f->need[ends[1]] += f->n->kept[e];
    climb(f, ends[0], meet), climb(f, ends[1], meet);
    *apart = f->ways;
    if (meet >= 0) climb(f, meet, -1), roots[1] = -1;
}

// Yuan that the change brings per kg on its first way, backwards when `sign` is -1. room: how far the roots let it go; yuan: a kg's worth at each.
static double gain_of(const Forest *f, double sign, const int64_t roots[2], double *room, double yuan[2]) {
    double gain = 0;
    for (int64_t i = 0; i < f->ways; i++) gain -= sign * f->change[i] * f->n->cost_per_kg[f->way[i]];
    for (int r = 0; r < 2; r++) {
        if (roots[r] < 0 || fabs(f->need[roots[r]]) < 1e-9) continue;
        const double more = sign * f->need[roots[r]];
        *room = fmin(*room, node_room(f, roots[r], more > 0, &yuan[r]) / fabs(more));
        gain += more * yuan[r];
    }
    return gain;
}

#define LANE_FULL -2
#define ROOT_FULL -1

// How far the change can go, at most `t`; what stops it: the number of a way that is then empty, LANE_FULL or ROOT_FULL.
static double farthest(const Forest *f, double sign, double t, int64_t *stop) {
    const Network *n = f->n;
    double sum = 0;
    *stop = ROOT_FULL;
    for (int64_t i = 0; i < f->ways; i++) {
        const double x = sign * f->change[i];
        if (x < -1e-12 && f->kg[f->way[i]] <= -x * t) t = f->kg[f->way[i]] / -x, *stop = i;
        sum += fmax(x, 0);
    }
    for (int64_t i = 0; i < f->ways; i++) {
        const int32_t l = n->lane[f->way[i]], h = n->hub_of_lane[l];
        // Most lanes and hubs have room for all that changes together.
        if (sign * f->change[i] <= 0 || (f->lane_room[l] >= sum * t && f->hub_room[h] >= sum * t)) continue;
        double more = 0, hub_more = 0;
        for (int64_t j = 0; j < f->ways; j++) {
            if (n->lane[f->way[j]] == l) more += sign * f->change[j];
            if (n->hub_of_lane[n->lane[f->way[j]]] == h) hub_more += sign * f->change[j];
        }
        if (more > 1e-9 && f->lane_room[l] < more * t) t = f->lane_room[l] / more, *stop = LANE_FULL;
        if (hub_more > 1e-9 && f->hub_room[h] < hub_more * t) t = f->hub_room[h] / hub_more, *stop = LANE_FULL;
    }
    return fmax(t, 0);
}

static void go(Forest *f, double step, const int64_t roots[2]) {
    for (int64_t i = 0; i < f->ways; i++) {
        const int64_t a = f->way[i];
        const double x = step * f->change[i];
        f->kg[a] = fmax(f->kg[a] + x, 0), f->lane_room[f->n->lane[a]] -= x, f->hub_room[f->n->hub_of_lane[f->n->lane[a]]] -= x;
    }
    for (int r = 0; r < 2; r++)
        if (roots[r] >= 0) f->used[roots[r]] += step * f->need[roots[r]];
}

// The way `gone` is empty and leaves the forest; what hung below it is tied on by `e`, or gets a root of its own where both ends of `e` hung there.
static void swap(Forest *f, int64_t gone, int64_t e, int both) {
    const int64_t one = f->pool_of_way[gone], two = f->n->pools + f->n->want[gone];
    const int64_t child = f->parent[one] == two && f->edge[one] == gone ? one : two;
    const int64_t p = f->pool_of_way[e], w = f->n->pools + f->n->want[e];
    f->parent[child] = f->edge[child] = -1;
    if (both) return;
    int64_t v = p;
    while (f->parent[v] >= 0) v = f->parent[v];
    if (v == child) hang(f, p, w, e);
    else hang(f, w, p, e);
}

// Empties the way `e` or another, which leaves the forest to it, at a loss of `loss` yuan at most. Lanes that are full may forbid it.
static void settle(Forest *f, int64_t e, double loss) {
    const int64_t p = f->pool_of_way[e], w = f->n->pools + f->n->want[e];
    for (int tries = 0; tries < 64; tries++) {
        int64_t roots[2] = {-1, -1}, apart, stop[2];
        double gain[2], room[2] = {1e300, 1e300}, yuan[2][2] = {{0, 0}, {0, 0}}, t[2];
        trace(f, e, roots, &apart);
        for (int back = 0; back < 2; back++) gain[back] = gain_of(f, back ? -1 : 1, roots, &room[back], yuan[back]);
        int back = gain[1] > gain[0];
        t[back] = farthest(f, back ? -1 : 1, room[back], &stop[back]);
        if (gain[back] < -1e-9 || stop[back] == LANE_FULL) {
            if (gain[back] >= 0) go(f, (back ? -1 : 1) * t[back], roots);
            back = !back;
            t[back] = farthest(f, back ? -1 : 1, room[back], &stop[back]);
            if (stop[back] < 0 || -gain[back] * t[back] > loss) {
                // A root at the end of a lot or step, where a kg more brings less than one less costs, is tied to the other's tree instead.
                const int kink = yuan[0][1] != yuan[1][1] ? 1 : yuan[0][0] != yuan[1][0] ? 0 : -1;
                if (gain[!back] < -1e-9 && roots[1] >= 0 && kink >= 0) hang(f, kink ? w : p, kink ? p : w, e);
                return;
            }
        }
        go(f, (back ? -1 : 1) * t[back], roots);
        if (stop[back] == ROOT_FULL) continue; // beyond this lot or step a kg brings less
        const int64_t gone = f->way[stop[back]];
        f->kg[gone] = 0;
        if (gone == e) return;
        swap(f, gone, e, stop[back] >= apart);
        if (stop[back] < apart) return;
    }
}

static int64_t find(int64_t *group, int64_t v) {
    while (group[v] != v) v = group[v] = group[group[v]];
    return v;
}

// Moves kg from way to way until few ways are left; `order`: ways with kg, most kg first; `loss`: yuan that a way less may cost at most.
// Answers 0 when memory lacks.
int tidy(const Network *n, const int64_t *order, int64_t count, double loss, const int32_t *pool_of_way, double *kg, double *used,
         double *lane_room, double *hub_room) {
    const int64_t nodes = n->pools + n->wants;
    int64_t *whole = malloc((size_t)(6 * nodes + 8 + count) * sizeof *whole);
    double *real = malloc((size_t)(3 * nodes + 8) * sizeof *real);
    if (!whole || !real) return free(whole), free(real), 0;
    Forest f = {n, pool_of_way, kg, used, lane_room, hub_room, whole, whole + nodes, whole + 2 * nodes, real, whole + 3 * nodes, 0, real + nodes, 0};
    int64_t *group = whole + 5 * nodes + 8, *outside = whole + 6 * nodes + 8, left = 0;
    char *rooted = calloc((size_t)nodes + 1, 1);
    if (!rooted) return free(whole), free(real), 0;
    for (int64_t v = 0; v < nodes; v++) {
        double yuan;
        f.parent[v] = f.edge[v] = -1, f.mark[v] = 0, group[v] = v;
        rooted[v] = node_room(&f, v, 1, &yuan) > 0 && node_room(&f, v, 0, &yuan) > 0;
        if (rooted[v]) { // in the midst of a lot or step, and not at its end
            double up, down;
            node_room(&f, v, 1, &up), node_room(&f, v, 0, &down);
            rooted[v] = up == down;
        }
    }
    for (int64_t i = 0; i < count; i++) {
        const int64_t p = pool_of_way[order[i]], w = n->pools + n->want[order[i]], a = find(group, p), b = find(group, w);
        if (a == b || (rooted[a] && rooted[b])) {
            outside[left++] = order[i];
            continue;
        }
        if (rooted[a]) hang(&f, w, p, order[i]), group[b] = a;
        else hang(&f, p, w, order[i]), group[a] = b;
    }
    while (left--) settle(&f, outside[left], loss);
    return free(rooted), free(whole), free(real), 1;
}

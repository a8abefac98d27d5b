// The trunk of the denoiser, forward and backward, for one clip: the same sums as trunk.py, a frame of a block at a time so that its
// numbers stay in the cache. Built at the first use by trunk.py, with K bands and C channels, both multiples of 16, as macros. Where the
// processor has tiles, products by weights are of bfloat16, unless EXACT is defined.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#define N (K * C)                                        // numbers of a frame
#define G (3 * C)                                        // update, candidate, output gate
#ifdef __AVX512F__
#define V 16                                             // numbers of a vector
#define ROWS 8                                           // rows held at once, two vectors each
#else
#define V 8
#define ROWS 4
#endif
typedef float vec __attribute__((vector_size(4 * V), aligned(4)));
#define AT(p) (*(vec *)(p))
#if defined __AMX_BF16__ && C % 32 == 0 && K == 32 && !defined EXACT
#include "tiles.h"
#define TILES 1
#else
#define TILES 0
#define tiles_begin() 0
#endif
#ifdef __x86_64__
#define HOLD(a, b) __asm__("" : "+v"(a), "+v"(b))
#else
#define HOLD(a, b)
#endif

static inline float sigmoid(float a) {                   // within what the fast reciprocal survives
    a = a < -40 ? -40 : a > 40 ? 40 : a;
    return 1 / (1 + expf(-a));
}

// out [m, n] += a [m, k] b [k, n]; element (i, j) of a lies at a[i rows + j columns], so that a may be read transposed. Two vectors of b
// are held in registers, which the compiler would otherwise read again for every row: half as fast again. n is a multiple of V.
static inline __attribute__((always_inline)) void product(int m, int n, int k, const float *a, int rows, int columns, const float *b, float *out) {
    int whole = n / (2 * V) * 2 * V;
    for (int j = 0; j < whole; j += 2 * V)
        for (int i = 0; i < m; i += ROWS) {
            float *o = out + i * n + j;
            const float *p = a + i * rows, *q = b + j;
            vec s[ROWS][2];
            for (int r = 0; r < ROWS; r++) s[r][0] = AT(o + r * n), s[r][1] = AT(o + r * n + V);
            for (int l = 0; l < k; l++, p += columns, q += n) {
                vec b0 = AT(q), b1 = AT(q + V);
                HOLD(b0, b1);
                for (int r = 0; r < ROWS; r++) s[r][0] += p[r * rows] * b0, s[r][1] += p[r * rows] * b1;
            }
            for (int r = 0; r < ROWS; r++) AT(o + r * n) = s[r][0], AT(o + r * n + V) = s[r][1];
        }
    if (whole < n)
        for (int i = 0; i < m; i += ROWS) {
            float *o = out + i * n + whole;
            const float *p = a + i * rows, *q = b + whole;
            vec s[ROWS];
            for (int r = 0; r < ROWS; r++) s[r] = AT(o + r * n);
            for (int l = 0; l < k; l++, p += columns, q += n)
                for (int r = 0; r < ROWS; r++) s[r] += p[r * rows] * AT(q);
            for (int r = 0; r < ROWS; r++) AT(o + r * n) = s[r];
        }
}

static void transpose(int m, int n, const float *a, float *out) {
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
}

static void taps_of(const float *h, int t, int d, const float *w, float *u) {   // causal: frames before the first are zero
    const float *now = h + (size_t)t * N, *mid = now - (size_t)d * N, *old = mid - (size_t)d * N;
    for (int i = 0; i < K; i++)
        for (int k = 0; k < C; k++) u[i * C + k] = now[i * C + k] * (1 + w[2 * C + k]);
    if (t >= d)
        for (int i = 0; i < K; i++)
            for (int k = 0; k < C; k++) u[i * C + k] += mid[i * C + k] * w[C + k];
    if (t >= 2 * d)
        for (int i = 0; i < K; i++)
            for (int k = 0; k < C; k++) u[i * C + k] += old[i * C + k] * w[k];
}

static void input(const float *x, const float *step, float *out) {
    for (int i = 0; i < K; i++)
        for (int k = 0; k < C; k++) out[i * C + k] = x[i * C + k] + step[k];
}

// What a block's weights are multiplied as: laid out for the tiles, or as they are
typedef struct {
#if TILES
    half gate[C * G], to[C * C];
#else
    float gate[C * G], to[C * C];
#endif
} weights;

static void forward_weights(const float *gate, const float *to, weights *w) {
#if TILES
    tiles_weights(C, G, gate, G, 1, w->gate);
    tiles_weights(C, C, to, C, 1, w->to);
#else
    memcpy(w->gate, gate, sizeof w->gate);
    memcpy(w->to, to, sizeof w->to);
#endif
}

static void backward_weights(const float *gate, const float *to, weights *w) {      // transposed
#if TILES
    tiles_weights(G, C, gate, 1, G, w->gate);
    tiles_weights(C, C, to, 1, C, w->to);
#else
    transpose(C, G, gate, w->gate);
    transpose(C, C, to, w->to);
#endif
}

static inline void rows_times(int n, int k, const float *a, const void *b, float *out) {         // out [K, n] += a [K, k] b
#if TILES
    half row[K * G];
    tiles_rows(K * k, a, row);
    tiles(K, n, k, row, b, out);
#else
    product(K, n, k, a, k, 1, b, out);
#endif
}

static inline void columns_times(int n, const float *a, const float *b, float *out) {            // out [C, n] += a [K, C]^T b [K, n]
#if TILES
    half left[N], right[K * G];
    tiles_transposed(C, a, left);
    tiles_pairs(n, b, right);
    tiles(C, n, K, left, right, out);
#else
    product(C, n, K, a, 1, C, b, out);
#endif
}

static void block_forward(int t_max, int d, const float *x, const float *c, const float *step, const float *mix, const float *taps,
                          const float *gate, const float *gate_bias, const float *to, const float *to_bias, const float *memory,
                          float *h, float *z, float *m, float *next) {
    float in[N], u[N], r[N];
    weights w;
    forward_weights(gate, to, &w);
    for (int t = 0; t < t_max; t++) {
        float *ht = h + (size_t)t * N, *zt = z + (size_t)t * K * G, *mt = m + (size_t)t * N, *xt = next + (size_t)t * N;
        const float *before = t ? mt - N : memory, *xs = x + (size_t)t * N, *ct = c + (size_t)t * K * G;
        input(xs, step, in);
        memcpy(ht, in, sizeof in);
        product(K, C, K, mix, K, 1, in, ht);
        taps_of(h, t, d, taps, u);
        for (int i = 0; i < K * G; i++) zt[i] = ct[i] + gate_bias[i];
        rows_times(G, C, u, w.gate, zt);
        for (int i = 0; i < K; i++) {
            float *s = zt + i * G, *n = s + C, *q = n + C;
            for (int k = 0; k < C; k++) s[k] = sigmoid(s[k]);
            for (int k = 0; k < C; k++) n[k] = 2 * sigmoid(2 * n[k]) - 1;
            for (int k = 0; k < C; k++) q[k] = sigmoid(q[k]);
            for (int k = 0; k < C; k++) {
                float past = before[i * C + k];
                mt[i * C + k] = past + s[k] * (n[k] - past);
                r[i * C + k] = mt[i * C + k] * q[k];
            }
            for (int k = 0; k < C; k++) xt[i * C + k] = xs[i * C + k] + to_bias[k];
        }
        rows_times(C, C, r, w.to, xt);
    }
}

// grad [T, N] of the block's output becomes that of its input; dc [T, K, G] is added to
static void block_backward(int t_max, int d, const float *x, const float *step, const float *mix, const float *taps, const float *gate,
                           const float *to, const float *memory, const float *h, const float *z, const float *m, float *grad, float *dh, float *dc,
                           float *dstep, float *dmix, float *dtaps, float *dgate, float *dgate_bias, float *dto, float *dto_bias) {
    float carry[N] = {0}, in[N], in_t[N], u[N], r[N], dr[N], dz[K * G], du[N];
    weights w;
    backward_weights(gate, to, &w);
    memset(dh, 0, sizeof(float) * N * t_max);
    for (int t = t_max - 1; t >= 0; t--) {
        const float *ht = h + (size_t)t * N, *zt = z + (size_t)t * K * G, *mt = m + (size_t)t * N, *before = t ? mt - N : memory;
        float *g = grad + (size_t)t * N, *dct = dc + (size_t)t * K * G, *dht = dh + (size_t)t * N;
        for (int i = 0; i < K; i++)
            for (int k = 0; k < C; k++) r[i * C + k] = mt[i * C + k] * zt[i * G + 2 * C + k], dto_bias[k] += g[i * C + k];
        columns_times(C, r, g, dto);
        memset(dr, 0, sizeof dr);
        rows_times(C, C, g, w.to, dr);
        for (int i = 0; i < K; i++) {
            const float *s = zt + i * G, *n = s + C, *q = n + C;
            float *ds = dz + i * G, *dn = ds + C, *dq = dn + C;
            for (int k = 0; k < C; k++) {
                int at = i * C + k;
                float dm = dr[at] * q[k] + carry[at], past = before[at];
                dq[k] = dr[at] * mt[at] * q[k] * (1 - q[k]);
                ds[k] = dm * (n[k] - past) * s[k] * (1 - s[k]);
                dn[k] = dm * s[k] * (1 - n[k] * n[k]);
                carry[at] = dm * (1 - s[k]);
            }
        }
        for (int i = 0; i < K * G; i++) dct[i] += dz[i], dgate_bias[i] += dz[i];
        taps_of(h, t, d, taps, u);
        columns_times(G, u, dz, dgate);
        memset(du, 0, sizeof du);
        rows_times(C, G, dz, w.gate, du);
        for (int j = 0; j < 3; j++) {                    // to the frames that the taps have read
            int from = t - (2 - j) * d;
            if (from < 0) continue;
            const float *hf = h + (size_t)from * N;
            float *df = dh + (size_t)from * N, *dw = dtaps + j * C;
            float w[C];
            for (int k = 0; k < C; k++) w[k] = taps[j * C + k] + (j == 2);
            for (int i = 0; i < K; i++)
                for (int k = 0; k < C; k++) df[i * C + k] += du[i * C + k] * w[k], dw[k] += du[i * C + k] * hf[i * C + k];
        }
        input(x + (size_t)t * N, step, in);
        transpose(K, C, in, in_t);
        product(K, K, C, dht, C, 1, in_t, dmix);
        memcpy(du, dht, sizeof du);
        product(K, C, K, mix, 1, K, dht, du);
        for (int i = 0; i < K; i++)
            for (int k = 0; k < C; k++) g[i * C + k] += du[i * C + k], dstep[k] += du[i * C + k];
    }
}

int trunk_ready(void) { return !TILES || tiles_begin(); }       // whether the system lets this process have the tiles

// xs [L + 1, T, K, C]: the first is the input, the last the result; c [T, K, 3C]; steps [L, C]; memory [L, K, C] before the first frame;
// h, m [L, T, K, C] and z [L, T, K, 3C] are kept
void trunk_forward(int t, int layers, const int *d, float *xs, const float *c, const float *steps, const float *mix, const float *taps,
                   const float *gate, const float *gate_bias, const float *to, const float *to_bias, const float *memory,
                   float *h, float *z, float *m) {
    size_t n = (size_t)t * N, g = (size_t)t * K * G;
    tiles_begin();
    for (int l = 0; l < layers; l++)
        block_forward(t, d[l], xs + l * n, c, steps + l * C, mix + l * K * K, taps + l * 3 * C, gate + l * C * G, gate_bias + l * K * G,
                      to + l * C * C, to_bias + l * C, memory + l * N, h + l * n, z + l * g, m + l * n, xs + (l + 1) * n);
}

// grad [T, K, C] of the result becomes that of the input; all other gradients are added to
void trunk_backward(int t, int layers, const int *d, const float *xs, const float *steps, const float *mix, const float *taps, const float *gate,
                    const float *to, const float *memory, const float *h, const float *z, const float *m, float *grad, float *dc, float *dsteps,
                    float *dmix, float *dtaps, float *dgate, float *dgate_bias, float *dto, float *dto_bias) {
    size_t n = (size_t)t * N, g = (size_t)t * K * G;
    float *dh = malloc(n * sizeof *dh);
    tiles_begin();
    for (int l = layers - 1; l >= 0; l--)
        block_backward(t, d[l], xs + l * n, steps + l * C, mix + l * K * K, taps + l * 3 * C, gate + l * C * G, to + l * C * C, memory + l * N,
                       h + l * n, z + l * g, m + l * n, grad, dh, dc, dsteps + l * C, dmix + l * K * K, dtaps + l * 3 * C, dgate + l * C * G,
                       dgate_bias + l * K * G, dto + l * C * C, dto_bias + l * C);
    free(dh);
}

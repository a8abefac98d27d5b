// The residual layers of the small DiffWave, forward and backward, for one sound [n, C] in floats: the same sums as
// network.py, fused so that a layer's numbers stay in the cache. Built at the first use by trunk.py.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#define C 16
#define G 32                                             // gate and filter; residual and skip
#define EDGE 512                                         // largest dilation: zeros on both sides
typedef float v8 __attribute__((vector_size(32), aligned(4)));
#define AT(p) (*(v8 *)(p))
static const float HALF = 0.70710678f;

static void gates(const float *a, float *s) {            // [G] -> sigmoid of the first half, tanh of the second
    for (int k = 0; k < C; k++) s[k] = 1 / (1 + expf(-a[k]));
    for (int k = C; k < G; k++) s[k] = 2 / (1 + expf(-2 * a[k])) - 1;
}

// u: [n + 2 EDGE, C] with zeros outside; w [3, C, G], b [G], v [C, G], c [G]; s [n, G] kept for the way back
static void forward(int n, int d, const float *u, const float *x, const float *w, const float *b, const float *v,
                    const float *c, float *s, float *next, float *skip) {
    for (int i = 0; i < n; i += 2) {
        v8 sum[2][4];
        for (int q = 0; q < 4; q++) sum[0][q] = sum[1][q] = AT(b + 8 * q);
        for (int tap = 0; tap < 3; tap++) {
            const float *in = u + (size_t)(EDGE + i + (tap - 1) * d) * C, *m = w + tap * C * G;
            for (int k = 0; k < C; k++, m += G)
                for (int q = 0; q < 4; q++) {
                    v8 row = AT(m + 8 * q);
                    sum[0][q] += in[k] * row;
                    sum[1][q] += in[C + k] * row;
                }
        }
        for (int j = 0; j < 2; j++) {
            float *g = s + (size_t)(i + j) * G;
            gates((float *)sum[j], g);
            v8 out[4];
            for (int q = 0; q < 4; q++) out[q] = AT(c + 8 * q);
            for (int k = 0; k < C; k++) {
                float h = g[k] * g[C + k];
                for (int q = 0; q < 4; q++) out[q] += h * AT(v + k * G + 8 * q);
            }
            size_t at = (size_t)(i + j) * C;
            for (int q = 0; q < 2; q++) {
                AT(next + at + 8 * q) = (AT(x + at + 8 * q) + out[q]) * HALF;
                AT(skip + at + 8 * q) += out[2 + q];
            }
        }
    }
}

// grad [n, C] of the layer's output becomes that of its input; e [n + 2 EDGE, G] is room for the gates' gradient
static void backward(int n, int d, const float *u, const float *s, const float *w, const float *v, float *grad,
                     const float *gskip, float *e, float *dw, float *db, float *dv, float *dc, float *dstep) {
    float turned[3 * G * C], vt[G * C];
    for (int tap = 0; tap < 3; tap++)
        for (int k = 0; k < C; k++)
            for (int o = 0; o < G; o++) turned[(tap * G + o) * C + k] = w[(tap * C + k) * G + o];
    for (int k = 0; k < C; k++)
        for (int o = 0; o < G; o++) vt[o * C + k] = v[k * G + o];
    for (int i = 0; i < n; i++) {
        float out[G], *a = e + (size_t)(EDGE + i) * G;
        const float *g = s + (size_t)i * G;
        for (int k = 0; k < C; k++) out[k] = grad[(size_t)i * C + k] * HALF, out[C + k] = gskip[(size_t)i * C + k];
        for (int o = 0; o < G; o++) dc[o] += out[o];
        v8 dh[2] = {{0}, {0}};
        for (int o = 0; o < G; o++)
            for (int q = 0; q < 2; q++) dh[q] += out[o] * AT(vt + o * C + 8 * q);
        for (int k = 0; k < C; k++) {
            float h = g[k] * g[C + k];
            for (int q = 0; q < 4; q++) AT(dv + k * G + 8 * q) += h * AT(out + 8 * q);
        }
        for (int k = 0; k < C; k++) {
            float h = ((float *)dh)[k], p = g[k], f = g[C + k];
            a[k] = h * f * p * (1 - p);
            a[C + k] = h * p * (1 - f * f);
        }
        for (int o = 0; o < G; o++) db[o] += a[o];
    }
    for (int from = 0; from < n; from += 128) {          // of the taps: 128 samples at a time, two rows in registers
        int to = from + 128 < n ? from + 128 : n;
        for (int tap = 0; tap < 3; tap++)
            for (int k = 0; k < C; k += 2) {
                float *m = dw + (tap * C + k) * G;
                v8 sum[2][4];
                for (int q = 0; q < 4; q++) sum[0][q] = AT(m + 8 * q), sum[1][q] = AT(m + G + 8 * q);
                const float *in = u + (size_t)(EDGE + from + (tap - 1) * d) * C + k, *a = e + (size_t)(EDGE + from) * G;
                for (int i = from; i < to; i++, in += C, a += G)
                    for (int q = 0; q < 4; q++) {
                        v8 row = AT(a + 8 * q);
                        sum[0][q] += in[0] * row;
                        sum[1][q] += in[1] * row;
                    }
                for (int q = 0; q < 4; q++) AT(m + 8 * q) = sum[0][q], AT(m + G + 8 * q) = sum[1][q];
            }
    }
    for (int i = 0; i < n; i += 4) {                     // and of the input, which three gates have seen
        v8 sum[4][2] = {{{0}}};
        for (int tap = 0; tap < 3; tap++) {
            const float *a = e + (size_t)(EDGE + i - (tap - 1) * d) * G, *m = turned + tap * G * C;
            for (int o = 0; o < G; o++, m += C)
                for (int j = 0; j < 4; j++)
                    for (int q = 0; q < 2; q++) sum[j][q] += a[j * G + o] * AT(m + 8 * q);
        }
        for (int j = 0; j < 4; j++)
            for (int q = 0; q < 2; q++) {
                AT(dstep + 8 * q) += sum[j][q];
                AT(grad + (size_t)(i + j) * C + 8 * q) = AT(grad + (size_t)(i + j) * C + 8 * q) * HALF + sum[j][q];
            }
    }
}

static void shifted(int n, const float *x, const float *step, float *u) {
    for (int i = 0; i < n; i++)
        for (int k = 0; k < C; k++) u[(size_t)(EDGE + i) * C + k] = x[(size_t)i * C + k] + step[k];
}

// xs [layers + 1, n, C]: the first is the input; ss [layers, n, G]; skip [n, C] is the sum. n is a multiple of 4.
int trunk_forward(int n, int layers, int cycle, float *xs, const float *steps, const float *w, const float *b,
                  const float *v, const float *c, float *ss, float *skip) {
    float *u = calloc((size_t)(n + 2 * EDGE) * C, sizeof *u);
    if (!u) return 1;
    memset(skip, 0, (size_t)n * C * sizeof *skip);
    for (int l = 0; l < layers; l++) {
        float *x = xs + (size_t)l * n * C;
        shifted(n, x, steps + l * C, u);
        forward(n, 1 << l % cycle, u, x, w + l * 3 * C * G, b + l * G, v + l * C * G, c + l * G, ss + (size_t)l * n * G,
                x + (size_t)n * C, skip);
    }
    free(u);
    return 0;
}

// grad [n, C]: zeros on entry (the last layer's output is not used), the input's gradient on return; d* are zeros.
int trunk_backward(int n, int layers, int cycle, const float *xs, const float *steps, const float *w, const float *v,
                   const float *ss, const float *gskip, float *grad, float *dsteps, float *dw, float *db, float *dv, float *dc) {
    float *u = calloc((size_t)(n + 2 * EDGE) * C, sizeof *u), *e = calloc((size_t)(n + 2 * EDGE) * G, sizeof *e);
    if (u && e)
        for (int l = layers - 1; l >= 0; l--) {
            shifted(n, xs + (size_t)l * n * C, steps + l * C, u);
            backward(n, 1 << l % cycle, u, ss + (size_t)l * n * G, w + l * 3 * C * G, v + l * C * G, grad, gskip, e,
                     dw + l * 3 * C * G, db + l * G, dv + l * C * G, dc + l * G, dsteps + l * C);
        }
    int failed = !u || !e;
    free(u), free(e);
    return failed;
}

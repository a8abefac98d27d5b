// What training does bin by bin, forward and backward in one pass each: the head's mask, spectra out of their compression, and the loss
// over spectra. The same sums as spectra.py, which builds this at its first use. n bins a frame; re and im planes lie [2, T, n].
#include <math.h>

static inline float sigmoid(float a) {                   // within what the fast reciprocal survives
    a = a < -40 ? -40 : a > 40 ? 40 : a;
    return 1 / (1 + expf(-a));
}

// raw [T, n, 4]: m_r, m_i, R -> d [2, T, n] = sigmoid(2 m_r + 2)(1 + j m_i) y + R
void mask_forward(long size, const float *raw, const float *y, float *d) {
    for (long i = 0; i < size; i++) {
        float gain = sigmoid(2 * raw[4 * i] + 2), m = raw[4 * i + 1], a = y[i], b = y[size + i];
        d[i] = gain * (a - m * b) + raw[4 * i + 2];
        d[size + i] = gain * (b + m * a) + raw[4 * i + 3];
    }
}

void mask_backward(long size, const float *raw, const float *y, const float *grad, float *draw) {
    for (long i = 0; i < size; i++) {
        float gain = sigmoid(2 * raw[4 * i] + 2), m = raw[4 * i + 1], a = y[i], b = y[size + i], p = grad[i], q = grad[size + i];
        draw[4 * i] = 2 * gain * (1 - gain) * (p * (a - m * b) + q * (b + m * a));
        draw[4 * i + 1] = gain * (q * a - p * b);
        draw[4 * i + 2] = p;
        draw[4 * i + 3] = q;
    }
}

// d [2, T, n], gain g [T] -> z [T, n, 2] = d g |d g|
void expand_forward(long frames, long n, const float *d, const float *g, float *z) {
    long size = frames * n;
    for (long t = 0; t < frames; t++)
        for (long i = t * n; i < (t + 1) * n; i++) {
            float a = d[i] * g[t], b = d[size + i] * g[t], s = sqrtf(a * a + b * b + 1e-12f);
            z[2 * i] = a * s;
            z[2 * i + 1] = b * s;
        }
}

void expand_backward(long frames, long n, const float *d, const float *g, const float *grad, float *dd) {
    long size = frames * n;
    for (long t = 0; t < frames; t++)
        for (long i = t * n; i < (t + 1) * n; i++) {
            float a = d[i] * g[t], b = d[size + i] * g[t], s = sqrtf(a * a + b * b + 1e-12f), p = grad[2 * i], q = grad[2 * i + 1];
            float along = (p * a + q * b) / s;
            dd[i] = (p * s + along * a) * g[t];
            dd[size + i] = (q * s + along * b) * g[t];
        }
}

// z [T, n, 2] heard spectra, x [2, rows, n] (rows >= T) the wanted ones compressed over g, w [n] weights of the bins; terms: weights of magnitude,
// complex, suppression, fine, fine suppression. sums: the first three together, the last two; dz their gradient.
void compare(long frames, long rows, long n, const float *z, const float *x, const float *g, const float *w, const float *terms, double *sums,
             float *dz) {
    for (long t = 0; t < frames; t++) {
        float plain = 0, fine = 0;
        for (long i = 0; i < n; i++) {
            float a = z[2 * (t * n + i)], b = z[2 * (t * n + i) + 1], p = a * a + b * b + 1e-20f;
            float r = 1 / (sqrtf(sqrtf(p)) * g[t]), er = a * r, ei = b * r;                 // compressed, over g
            float xr = x[t * n + i], xi = x[(rows + t) * n + i];
            float ee = er * er + ei * ei, xx = xr * xr + xi * xi, me = sqrtf(ee + 1e-6f), mx = sqrtf(xx + 1e-6f);
            float fe = expf(.3f * logf(ee + 1e-4f)), fx = expf(.3f * logf(xx + 1e-4f));
            float short_of = mx > me ? mx - me : 0, fine_short = fx > fe ? fx - fe : 0, dr = er - xr, di = ei - xi;
            plain += w[i] * (terms[0] * (me - mx) * (me - mx) + terms[1] * (dr * dr + di * di) + terms[2] * short_of * short_of);
            fine += w[i] * (terms[3] * (fe - fx) * (fe - fx) + terms[4] * fine_short * fine_short);
            float radial = (terms[0] * (me - mx) - terms[2] * short_of) / me + .6f * (terms[3] * (fe - fx) - terms[4] * fine_short) * fe / (ee + 1e-4f);
            float gr = 2 * w[i] * (radial * er + terms[1] * dr), gi = 2 * w[i] * (radial * ei + terms[1] * di);    // of er, ei
            float along = .5f * (gr * a + gi * b) / p;                                      // compression halves what lies along z
            dz[2 * (t * n + i)] = r * (gr - along * a);
            dz[2 * (t * n + i) + 1] = r * (gi - along * b);
        }
        sums[0] += plain;
        sums[1] += fine;
    }
}

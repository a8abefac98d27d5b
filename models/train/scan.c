/* h_t = h_{t-1} + s_t (n_t - h_{t-1}) over [B, T, W] floats, and its gradient.  See scan.py. */

void forward(const float *s, const float *n, const float *h0, float *out, int b, int t, int w) {
    for (int i = 0; i < b; i++) {
        const float *h = h0 + (long)i * w;
        for (int j = 0; j < t; j++, s += w, n += w, h = out, out += w)
            for (int k = 0; k < w; k++) out[k] = h[k] + s[k] * (n[k] - h[k]);
    }
}

void backward(const float *s, const float *n, const float *h0, const float *out, const float *grad,
              float *ds, float *dn, float *dh, int b, int t, int w) {
    for (int i = 0; i < b; i++) {
        float *g = dh + (long)i * w;                     /* dL/dh_t through all later frames */
        for (int k = 0; k < w; k++) g[k] = 0;
        for (int j = t - 1; j >= 0; j--) {
            long at = ((long)i * t + j) * w;
            const float *h = j ? out + at - w : h0 + (long)i * w;
            for (int k = 0; k < w; k++) {
                float total = g[k] + grad[at + k];
                ds[at + k] = total * (n[at + k] - h[k]);
                dn[at + k] = total * s[at + k];
                g[k] = total * (1 - s[at + k]);
            }
        }
    }
}

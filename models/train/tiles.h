// Products of bfloat16 with sums in float32, in the tile registers (AMX) that some processors have: a tile is 16 rows of 64 bytes.
// A lies row by row, k numbers each; B in blocks of 16 columns, two rows of it side by side: [n / 16][k / 2][16][2].
#include <immintrin.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
typedef uint16_t half;

static int tiles_begin(void) {                           // the system wants to be asked for the registers
    static int asked;
    if (!asked) asked = syscall(SYS_arch_prctl, 0x1023, 18) ? -1 : 1;
    if (asked < 0) return 0;
    struct { uint8_t palette, row, zero[14]; uint16_t bytes[16]; uint8_t rows[16]; } shape = {.palette = 1};
    for (int i = 0; i < 8; i++) shape.bytes[i] = 64, shape.rows[i] = 16;
    __asm__ volatile("" ::"r"(&shape) : "memory");       // all of it is read
    _tile_loadconfig(&shape);
    return 1;
}

// out [m, n] += a [m, k] b [k, n]; m and n multiples of 32, k of 32
static inline void tiles(int m, int n, int k, const half *a, const half *b, float *out) {
    __asm__ volatile("" ::: "memory");                   // what the loads read has been written: they do not say so themselves
    for (int i = 0; i < m; i += 32)
        for (int j = 0; j < n; j += 32) {
            float *o = out + i * n + j, *under = o + 16 * n;
            const half *left = a + i * k, *right = b + j / 16 * (k / 2) * 32;
            _tile_loadd(0, o, 4 * n);
            _tile_loadd(1, o + 16, 4 * n);
            _tile_loadd(2, under, 4 * n);
            _tile_loadd(3, under + 16, 4 * n);
            for (int l = 0; l < k; l += 32) {
                _tile_loadd(4, left + l, 2 * k);
                _tile_loadd(5, left + 16 * k + l, 2 * k);
                _tile_loadd(6, right + l / 2 * 32, 64);
                _tile_loadd(7, right + (k / 2 + l / 2) * 32, 64);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
            }
            _tile_stored(0, o, 4 * n);
            _tile_stored(1, o + 16, 4 * n);
            _tile_stored(2, under, 4 * n);
            _tile_stored(3, under + 16, 4 * n);
        }
}

// a [k, n] read with strides -> B
static void tiles_weights(int k, int n, const float *a, int rows, int columns, half *out) {
    for (int j = 0; j < n; j += 16)
        for (int l = 0; l < k; l += 2, out += 32)
            for (int i = 0; i < 16; i++)
                for (int r = 0; r < 2; r++) {
                    float v = a[(l + r) * rows + (j + i) * columns];
                    uint32_t bits;
                    __builtin_memcpy(&bits, &v, 4);
                    out[2 * i + r] = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
                }
}

static inline void tiles_rows(int n, const float *a, half *out) {       // float32 -> bfloat16
    for (int i = 0; i < n; i += 32)
        _mm512_storeu_si512(out + i, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(a + i)));
}

static inline __m512i paired(const float *a, const float *b) {          // a0 b0 a1 b1 ... of 16 numbers each
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(b), _mm512_loadu_ps(a)));
}

static inline void tiles_pairs(int n, const float *a, half *out) {      // a [32, n] -> B
    for (int j = 0; j < n; j += 16)
        for (int l = 0; l < 32; l += 2, out += 32) _mm512_storeu_si512(out, paired(a + l * n + j, a + (l + 1) * n + j));
}

static inline void tiles_transposed(int n, const float *a, half *out) { // a [32, n] -> A [n, 32]
    for (int j = 0; j < n; j += 16, out += 16 * 32) {
        __m512i r[16], s[16];
        for (int l = 0; l < 16; l++) r[l] = paired(a + 2 * l * n + j, a + (2 * l + 1) * n + j);
        for (int l = 0; l < 16; l += 2) s[l] = _mm512_unpacklo_epi32(r[l], r[l + 1]), s[l + 1] = _mm512_unpackhi_epi32(r[l], r[l + 1]);
        for (int l = 0; l < 16; l += 4) {
            r[l] = _mm512_unpacklo_epi64(s[l], s[l + 2]), r[l + 1] = _mm512_unpackhi_epi64(s[l], s[l + 2]);
            r[l + 2] = _mm512_unpacklo_epi64(s[l + 1], s[l + 3]), r[l + 3] = _mm512_unpackhi_epi64(s[l + 1], s[l + 3]);
        }
        for (int l = 0; l < 4; l++) {
            s[l] = _mm512_shuffle_i32x4(r[l], r[l + 4], 0x88), s[l + 4] = _mm512_shuffle_i32x4(r[l], r[l + 4], 0xdd);
            s[l + 8] = _mm512_shuffle_i32x4(r[l + 8], r[l + 12], 0x88), s[l + 12] = _mm512_shuffle_i32x4(r[l + 8], r[l + 12], 0xdd);
        }
        for (int l = 0; l < 4; l++) {
            r[l] = _mm512_shuffle_i32x4(s[l], s[l + 8], 0x88), r[l + 8] = _mm512_shuffle_i32x4(s[l], s[l + 8], 0xdd);
            r[l + 4] = _mm512_shuffle_i32x4(s[l + 4], s[l + 12], 0x88), r[l + 12] = _mm512_shuffle_i32x4(s[l + 4], s[l + 12], 0xdd);
        }
        for (int l = 0; l < 16; l++) _mm512_storeu_si512(out + l * 32, r[l]);
    }
}

//! Counter-based Gaussian noise: a pure function of (seed, stream, absolute frame, bin).
//!
//! Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11) turns a counter into four
//! random words; two Box–Muller pairs turn these into four Gaussian numbers. Logarithm, sine and cosine are the
//! polynomials of this file, of IEEE additions, multiplications, divisions and square roots alone. So the bits are
//! the same on every platform that Rust supports with IEEE f32 (x87 without SSE2 is the exception), whatever its
//! mathematics library.

/// Blocks of four that are computed side by side, so that the compiler can use vector instructions.
const LANES: usize = 8;

/// Fills `out` with independent N(0, 1) draws.
///
/// `stream` separates reverse stages and channels; `frame` is the absolute frame from the start of the signal;
/// `out[i]` is element `i` of that frame. The same key gives the same bits however the signal was cut.
/// The largest magnitude is 6.77, which is as far as 2³² different radii reach.
pub fn gaussian(seed: u64, stream: u32, frame: u64, out: &mut [f32]) {
    gaussian_from(seed, stream, frame, 0, out);
}

/// Like [`gaussian`], from element `first` of the frame on: `out[i]` is element `first + i`.
pub fn gaussian_from(seed: u64, stream: u32, frame: u64, first: u32, out: &mut [f32]) {
    let mut block = first / 4;
    let mut skip = (first % 4) as usize;
    let mut rest = out;
    while !rest.is_empty() {
        let draws = blocks(seed, stream, frame, block);
        let (now, later) = rest.split_at_mut((4 * LANES - skip).min(rest.len()));
        now.copy_from_slice(&draws.as_flattened()[skip..][..now.len()]);
        rest = later;
        block = block.wrapping_add(LANES as u32);
        skip = 0;
    }
}

/// Elements 4·block … of a frame, four a block: `block` and those that follow it.
fn blocks(seed: u64, stream: u32, frame: u64, block: u32) -> [[f32; 4]; LANES] {
    let index = std::array::from_fn(|lane| block.wrapping_add(lane as u32));
    let counter = [
        index,
        [stream; LANES],
        [frame as u32; LANES],
        [(frame >> 32) as u32; LANES],
    ];
    let [a, b, c, d] = philox4x32_10(counter, [seed as u32, (seed >> 32) as u32]);
    let mut pairs = [[[0.0; 2]; LANES]; 2];
    for lane in 0..LANES {
        pairs[0][lane] = box_muller(a[lane], b[lane]);
        pairs[1][lane] = box_muller(c[lane], d[lane]);
    }
    std::array::from_fn(|lane| {
        let ([x, y], [z, w]) = (pairs[0][lane], pairs[1][lane]);
        [x, y, z, w]
    })
}

/// Ten rounds of the Philox bijection on each lane.
fn philox4x32_10<const N: usize>(mut counter: [[u32; N]; 4], mut key: [u32; 2]) -> [[u32; N]; 4] {
    const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    for _ in 0..10 {
        let [a, b, c, d] = &mut counter;
        for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
            let low = u64::from(MULTIPLIERS[0]) * u64::from(*a);
            let high = u64::from(MULTIPLIERS[1]) * u64::from(*c);
            *a = (high >> 32) as u32 ^ *b ^ key[0];
            *b = high as u32;
            *c = (low >> 32) as u32 ^ *d ^ key[1];
            *d = low as u32;
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// `√(−2·ln u)·(cos 2πv, sin 2πv)` for u = (radius + ½)/2³², v = angle/2³².
fn box_muller(radius: u32, angle: u32) -> [f32; 2] {
    let radius = (2.0 * minus_ln(radius)).sqrt();
    let [cos, sin] = cos_sin_turn(angle);
    [radius * cos, radius * sin]
}

/// `−ln((bits + ½)/2³²)`, never negative; relative error below 3e-7.
fn minus_ln(bits: u32) -> f32 {
    // The odd number 2·bits + 1 keeps the half; u is that over 2³³. Exact in f64, rounded once.
    let value = (2.0 * f64::from(bits) + 1.0) as f32;
    // Split into mantissa in [√½, √2) and exponent, by integer arithmetic on the representation.
    const SQRT_HALF: u32 = 0x3F35_04F3;
    let shifted = value.to_bits() - SQRT_HALF;
    let exponent = (shifted >> 23) as i32;
    let mantissa = f32::from_bits((shifted & 0x007F_FFFF) + SQRT_HALF);
    // ln m = 2·artanh(s), s = (m − 1)/(m + 1), |s| < .1716: five terms reach 2e-9.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let q = s * s;
    let series = 2.0 + q * (2.0 / 3.0 + q * (2.0 / 5.0 + q * (2.0 / 7.0 + q * (2.0 / 9.0))));
    let ln = (exponent - 33) as f32 * std::f32::consts::LN_2 + s * series;
    // Not f32::max: it leaves open which zero it returns.
    if ln < 0.0 { -ln } else { 0.0 }
}

/// (cos, sin) of `bits`/2³² turns; absolute error below 2e-7.
fn cos_sin_turn(bits: u32) -> [f32; 2] {
    // Nearest quarter turn, and the rest in ±⅛ turn as a signed integer: the reduction is exact.
    let quarter = bits.wrapping_add(1 << 29) >> 30;
    let rest = bits.wrapping_sub(quarter << 30) as i32;
    let x = rest as f32 * (std::f32::consts::TAU / 4_294_967_296.0);
    let q = x * x;
    // Taylor; the first terms left out are below 2e-9 at π/4.
    let sin = x
        * (1.0 - q * (1.0 / 6.0 - q * (1.0 / 120.0 - q * (1.0 / 5040.0 - q * (1.0 / 362_880.0)))));
    let cos = 1.0
        - q * (0.5
            - q * (1.0 / 24.0
                - q * (1.0 / 720.0 - q * (1.0 / 40_320.0 - q * (1.0 / 3_628_800.0)))));
    // Odd quarters exchange the two; cos is negative in quarters 1 and 2, sin in 2 and 3. Without branches,
    // which random bits would make unpredictable.
    let odd = quarter & 1 == 1;
    let (along, across) = if odd { (sin, cos) } else { (cos, sin) };
    let signs = [(quarter + 1) & 2, quarter & 2].map(|two| two << 30);
    [
        f32::from_bits(along.to_bits() ^ signs[0]),
        f32::from_bits(across.to_bits() ^ signs[1]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_answers_as_its_authors_published() {
        // kat_vectors of Random123 1.09: philox4x32, 10 rounds.
        let ones = u32::MAX;
        for (counter, key, expected) in [
            (
                [0; 4],
                [0; 2],
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8],
            ),
            (
                [ones; 4],
                [ones; 2],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ] {
            let counter = counter.map(|word| [word; 3]);
            assert_eq!(philox4x32_10(counter, key), expected.map(|word| [word; 3]));
        }
    }

    #[test]
    fn polynomials_agree_with_the_mathematics_library() {
        let mut worst = (0.0_f64, 0.0_f64);
        // A stride coprime to 2³² with the ends added: every exponent and every octant.
        let bits = (0..1_000_000_u32).map(|i| i.wrapping_mul(2_654_435_761));
        let ends = [
            0,
            1,
            2,
            3,
            u32::MAX,
            u32::MAX - 1,
            1 << 29,
            1 << 30,
            1 << 31,
            7 << 29,
        ];
        for bits in bits.chain(ends).chain((0..32).map(|i| 1 << i)) {
            let u = (f64::from(bits) + 0.5) / 4_294_967_296.0;
            let rounded = f64::from(((u64::from(bits) << 1) | 1) as f32) / 8_589_934_592.0;
            let ln = -rounded.ln();
            if ln > 0.0 {
                worst.0 = worst.0.max((f64::from(minus_ln(bits)) / ln - 1.0).abs());
            }
            assert!((rounded - u).abs() <= u * 6e-8);
            let angle = (f64::from(bits) / 4_294_967_296.0 * std::f64::consts::TAU).sin_cos();
            let [cos, sin] = cos_sin_turn(bits);
            worst.1 = worst.1.max((f64::from(cos) - angle.1).abs());
            worst.1 = worst.1.max((f64::from(sin) - angle.0).abs());
        }
        assert!(worst.0 < 3e-7 && worst.1 < 2e-7, "{worst:?}");
    }

    #[test]
    fn extremes_are_finite() {
        for radius in [0, 1, u32::MAX] {
            for angle in [0, 1 << 30, u32::MAX] {
                let pair = box_muller(radius, angle);
                assert!(pair.iter().all(|g| g.abs() < 6.8), "{pair:?}");
            }
        }
    }
}

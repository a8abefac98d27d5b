//! What every plan keeps, what cards and the command line spell, and what refusals say.

use std::collections::HashSet;

use diffwav::diffusion::parametrisation::Prediction;
use diffwav::diffusion::path::Path;
use diffwav::diffusion::sampler::{self, Fraction, Sampler};
use diffwav::diffusion::schedule::Schedule;
use diffwav::diffusion::times::Times;

/// One path of each kind.
pub fn paths() -> Vec<Path> {
    let path = |json| serde_json::from_str(json).unwrap();
    vec![
        path(r#"{"kind":"bridge_ve","k":2.6,"c":0.05}"#),
        path(r#"{"kind":"bridge_vp","beta_min":0.01,"beta_max":20,"c":0.3}"#),
        path(r#"{"kind":"ouve","gamma":1.5,"sigma_min":0.05,"sigma_max":0.5}"#),
        path(r#"{"kind":"flow"}"#),
        path(r#"{"kind":"flow_condition","sigma":0.4}"#),
        path(
            r#"{"kind":"vp_discrete","schedule":{"kind":"linear","steps":50,"first":1e-4,"last":0.05},
                "fast":[1e-4,1e-3,0.01,0.05,0.2,0.5]}"#,
        ),
        path(r#"{"kind":"vp_cosine"}"#),
        path(r#"{"kind":"edm","sigma_min":0.002,"sigma_max":80,"rho":7,"sigma_data":0.5}"#),
    ]
}

/// Every sampler on every path that it fits.
pub fn every_pair() -> impl Iterator<Item = (Path, Sampler)> {
    paths().into_iter().flat_map(|path| {
        let fitting = Sampler::ALL.into_iter().filter({
            let path = path.clone();
            move |s| s.fits(&path)
        });
        fitting.map(move |s| (path.clone(), s))
    })
}

fn refusal(path: &Path, sampler: Sampler, prediction: Prediction, times: Times) -> String {
    sampler::plan(path, sampler, prediction, &times)
        .unwrap_err()
        .to_string()
}

#[test]
fn every_plan_is_finite_descends_and_reads_only_what_was_remembered() {
    let mut used = HashSet::new();
    for (path, sampler) in every_pair() {
        used.insert(sampler.name());
        for prediction in Prediction::ALL.into_iter().filter(|p| p.fits(&path)) {
            for n in [1, 2, 3, 10, sampler.default_steps(&path)] {
                let fast = sampler == Sampler::DiffwaveFast;
                let count = if fast {
                    sampler.default_steps(&path)
                } else {
                    n
                };
                let plan = match sampler::plan(&path, sampler, prediction, &count.into()) {
                    Ok(plan) => plan,
                    // Noise and score say nothing where no signal is left.
                    Err(_) if path == Path::VpCosine => continue,
                    Err(error) => panic!("{error}"),
                };
                let mut remembered = false;
                let mut time = f64::INFINITY;
                for stage in &plan.stages {
                    let (e, u) = (stage.evaluation, stage.update);
                    let numbers = [
                        e.time,
                        e.input_gain,
                        e.x,
                        e.y,
                        e.out,
                        u.x,
                        u.data,
                        u.memory_x,
                        u.memory_data,
                        u.y,
                        u.noise,
                    ];
                    assert!(numbers.iter().all(|n| n.is_finite()), "{sampler} {stage:?}");
                    assert!(u.noise >= 0.0 && e.out != 0.0 && e.time <= time);
                    assert!(remembered || (u.memory_x == 0.0 && u.memory_data == 0.0));
                    remembered |= stage.remember;
                    time = e.time;
                }
                assert_eq!(plan.remembers(), remembered);
                assert_eq!(plan.stages[plan.stages.len() - 1].update.noise, 0.0);
            }
        }
    }
    assert_eq!(used.len(), Sampler::ALL.len(), "a sampler fits no path");
}

#[test]
fn names_are_distinct_and_come_back() {
    let mut names = HashSet::new();
    for sampler in Sampler::ALL {
        assert!(names.insert(sampler.to_string()));
        assert_eq!(sampler.to_string().parse::<Sampler>().unwrap(), sampler);
        let json = serde_json::to_string(&sampler).unwrap();
        assert_eq!(json, format!("\"{sampler}\""));
        assert_eq!(serde_json::from_str::<Sampler>(&json).unwrap(), sampler);
    }
    let eta = Fraction::new(0.25).unwrap();
    assert_eq!(
        "ddim:0.25".parse::<Sampler>().unwrap(),
        Sampler::Ddim { eta }
    );
    assert_eq!(Sampler::Ddim { eta }.to_string(), "ddim:0.25");
    let json = r#"{"kind":"bridge_ve","k":2.6,"c":0.05}"#;
    let path = Path::BridgeVe { k: 2.6, c: 0.05 };
    assert_eq!(serde_json::to_string(&path).unwrap(), json);
    assert_eq!(
        serde_json::to_string(&Sampler::BridgeOde).unwrap(),
        "\"bridge-ode\""
    );
    for path in paths() {
        let json = serde_json::to_string(&path).unwrap();
        assert!(json.contains(path.kind()));
        assert_eq!(serde_json::from_str::<Path>(&json).unwrap(), path);
    }
}

#[test]
fn misspelt_samplers_are_told_the_names() {
    let text = "heun".parse::<Sampler>().unwrap_err().to_string();
    assert!(text.starts_with("sampler is heun, but must be one of bridge-ode, bridge-sde, ddpm,"));
    let text = "ddim:2".parse::<Sampler>().unwrap_err().to_string();
    assert_eq!(text, "the sampler's number is 2, but must be 0 to 1");
    let text = "ddpm:1".parse::<Sampler>().unwrap_err().to_string();
    assert!(
        text.contains("only ddim and predictor-corrector take one"),
        "{text}"
    );
    assert!("ddim:NaN".parse::<Sampler>().is_err());
}

#[test]
fn a_sampler_that_does_not_fit_lists_those_that_do() {
    let bridge = Path::BridgeVe { k: 2.6, c: 0.4 };
    assert_eq!(
        refusal(&bridge, Sampler::Ddpm, Prediction::Data, 2.into()),
        "sampler is ddpm, but must be one of bridge-ode, bridge-sde for the path bridge_ve"
    );
    assert_eq!(
        refusal(&bridge, Sampler::BridgeOde, Prediction::Noise, 2.into()),
        "prediction is noise, but must be one of data on the path bridge_ve"
    );
    assert_eq!(
        refusal(
            &Path::VpCosine,
            Sampler::DpmSolver2m,
            Prediction::Noise,
            2.into()
        ),
        "prediction is noise, but must be data or velocity at time 1, where x holds nothing of the signal"
    );
    let no_fast = Path::VpDiscrete {
        schedule: Schedule::DIFFWAVE_BASE,
        fast: vec![],
    };
    let text = refusal(&no_fast, Sampler::DiffwaveFast, Prediction::Noise, 6.into());
    assert!(
        text.contains("one of ddpm, ddpm-beta, ddim, dpm-solver-2m for"),
        "{text}"
    );
}

#[test]
fn wrong_counts_and_times_are_refused() {
    let bridge = Path::BridgeVe { k: 2.6, c: 0.4 };
    let ask = |times| refusal(&bridge, Sampler::BridgeOde, Prediction::Data, times);
    assert_eq!(ask(Times::Count(0)), "steps is 0, but must be 1 to 1000");
    assert_eq!(
        ask(Times::Count(1001)),
        "steps is 1001, but must be 1 to 1000"
    );
    let explicit = |times: &[f64]| ask(Times::Explicit(times.to_vec()));
    assert_eq!(
        explicit(&[]),
        "times is a list of 0, but must be a list of 1 to 1000"
    );
    assert!(explicit(&[1.0, 0.0]).starts_with("times is 0, but must be above 0 and at most 1"));
    assert!(explicit(&[1.5]).starts_with("times is 1.5, but must be above 0"));
    assert!(explicit(&[f64::NAN]).starts_with("times is NaN"));
    assert_eq!(
        explicit(&[0.5, 0.5]),
        "times is … 0.5, 0.5 …, but must be strictly descending, from noisy to clean"
    );
    let base = Path::diffwave_base();
    assert_eq!(
        refusal(&base, Sampler::Ddpm, Prediction::Noise, 51.into()),
        "steps is 51, but must be 1 to 50, the steps of the model's schedule"
    );
    let text = refusal(&base, Sampler::DiffwaveFast, Prediction::Noise, 5.into());
    assert!(
        text.starts_with("steps is 5, but must be 6 steps with diffwave-fast"),
        "{text}"
    );
    let times = Times::Explicit(vec![50.0]);
    let text = refusal(&base, Sampler::Ddpm, Prediction::Noise, times);
    assert_eq!(text, "times is 50, but must be 0 to 49");
}

#[test]
fn broken_constants_are_refused_by_name() {
    let nan = f64::NAN;
    for (path, name) in [
        (Path::BridgeVe { k: 1.0, c: 0.4 }, "bridge k"),
        (Path::BridgeVe { k: 2.6, c: 0.0 }, "bridge c"),
        (Path::BridgeVe { k: nan, c: 0.4 }, "bridge k"),
        (Path::Flow { sigma_min: 1.0 }, "flow sigma_min"),
        (Path::FlowCondition { sigma: -1.0 }, "flow sigma"),
        (
            Path::Ouve {
                gamma: 1.5,
                sigma_min: 0.5,
                sigma_max: 0.05,
                time_min: 0.03,
            },
            "ouve sigma_max",
        ),
    ] {
        let text = path.validate().unwrap_err().to_string();
        assert!(text.starts_with(&format!("{name} is ")), "{text}");
    }
    for steps in [0, 1, 1001] {
        let schedule = Schedule::Linear {
            steps,
            first: 1e-4,
            last: 0.05,
        };
        assert!(schedule.validate().is_err());
    }
}

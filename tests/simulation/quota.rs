//! A limiter that adapts, against a server that takes only so many calls at once and does not say how many.

use fastrand::Rng;
use sluicegate::core::due::DueQueue;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::Output;
use sluicegate::core::ids::Slot;
use sluicegate::core::limiter::LimiterConfig;
use sluicegate::core::retry::RetryPolicy;
use sluicegate::core::retry::backoff::Backoff;
use sluicegate::core::retry::failure::Failure;
use sluicegate::core::run::Status;
use sluicegate::core::run::config::RunConfig;

const CALLS: u32 = 300;
const QUOTA: usize = 5;
const RETRY_AFTER: f64 = 1_000.0;

/// How long all calls take, and how many answers refuse one.
fn play(seed: u64, limiter: LimiterConfig) -> (f64, u32) {
    let mut rng = Rng::with_seed(seed);
    // A call takes the same time in each of the runs.
    let times: Vec<f64> = (0..CALLS).map(|_| 200.0 + 1_800.0 * rng.f64() * rng.f64()).collect();
    let mut engine = Engine::new();
    let limiter = engine.open_limiter(limiter);
    let retry = RetryPolicy { attempts: 20, backoff: Backoff::default(), ..RetryPolicy::default() };
    let config = RunConfig { limit: u32::MAX, items: CALLS, limiter: Some(limiter), retry, ..RunConfig::default() };
    engine.open(config, 0.0);
    let (mut now, mut refusals, mut busy) = (0.0, 0, 0);
    let mut replies: DueQueue<(Slot, bool)> = DueQueue::default();
    loop {
        while let Some(output) = engine.poll(now) {
            match output {
                Output::Start { slot, item, .. } => {
                    // A refusal is quick; a place at the server is free before the reply has arrived.
                    let is_taken = busy < QUOTA;
                    busy += usize::from(is_taken);
                    let takes = if is_taken { times[item as usize] } else { 5.0 };
                    replies.push(now + takes, (slot, is_taken));
                }
                Output::Finished { status, .. } => {
                    assert_eq!(status, Status::Completed, "seed {seed}: a call is lost");
                    return (now, refusals);
                }
                other => panic!("seed {seed}: {other:?}"),
            }
        }
        let next = [replies.next_at(), engine.wake_at()].into_iter().flatten().min_by(f64::total_cmp);
        now = next.expect("something goes on");
        engine.tick(now);
        if let Some((slot, is_taken)) = replies.pop_due(now) {
            if is_taken {
                busy -= 1;
                engine.fulfilled(slot, now);
            } else {
                refusals += 1;
                let hint = Some(RETRY_AFTER);
                let failure = Failure { throttled: true, retry_after: hint, ..Failure::REFUSED };
                engine.failed(slot, &failure, now);
            }
        }
    }
}

#[test]
fn an_unknown_quota_is_found_with_few_refusals_and_little_time_lost() {
    for limit in [8, 10, 16, 24] {
        let (mut worst_share, mut ratios) = (0.0_f64, vec![]);
        for seed in 0..200 {
            let (best, refused) = play(seed, LimiterConfig { limit: QUOTA as u32, ..LimiterConfig::default() });
            assert_eq!(refused, 0, "seed {seed}: a limit of the quota itself is refused");
            let (time, refused) =
                play(seed, LimiterConfig { limit, adaptive: Some((1, limit)), ..LimiterConfig::default() });
            worst_share = worst_share.max(f64::from(refused) / f64::from(CALLS));
            ratios.push(time / best);
        }
        ratios.sort_by(f64::total_cmp);
        let (median, worst) = (ratios[100], ratios[199]);
        println!(
            "limit {limit}: {:.1} % refused at worst, time {median:.3} (median) and {worst:.3} (worst) of the limit of 5",
            worst_share * 100.0
        );
        assert!(worst_share <= 0.05 || limit > 10, "limit {limit}: {worst_share} are refused");
        assert!(worst <= 1.1, "limit {limit}: takes {worst} times as long as the limit of 5");
    }
}

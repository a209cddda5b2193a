//! Phases in chunks: each reply has `hasMore` and `nextStartIndex`.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::harness::{
    Canceller, Gate, Progress, Uncaught, failure, field, make, phase, read, reason, show, sleep, turn, value,
};

/// Seed 002: `perCall` of `total` are made in a call.
const SERVER: &str = "(log, total, perCall) => async ({ startIndex, chunk }) => {
    log.push(`${chunk}@${startIndex}`);
    const done = Math.min(total, startIndex + perCall);
    return { done, hasMore: done < total, ...(done < total && { nextStartIndex: done }) };
}";

fn server(log: &Array, total: u32, per_call: u32) -> JsValue {
    make(SERVER, &[log, &total.into(), &per_call.into()])
}

#[wasm_bindgen_test]
async fn a_phase_follows_its_replies_to_the_end() {
    let log = Array::new();
    let chunks = value(phase(server(&log, 10, 4), "{ stagger: 0 }")).await;
    assert_eq!(log.join(" "), "0@0 1@4 2@8");
    assert_eq!(show(&make("(chunks) => chunks.map(({ done }) => done)", &[&chunks])), "[4, 8, 10]");
}

#[wasm_bindgen_test]
async fn a_phase_of_one_chunk_is_one_call() {
    let log = Array::new();
    let chunks = value(phase(server(&log, 3, 4), ())).await;
    assert_eq!((log.join(" "), field(&chunks, "length")), ("0@0".into(), "1".into()));
}

#[wasm_bindgen_test]
async fn a_phase_is_resumed_at_its_start_index() {
    let log = Array::new();
    value(phase(server(&log, 10, 4), "{ stagger: 0, startIndex: 7 }")).await;
    assert_eq!(log.join(" "), "0@7");
}

#[wasm_bindgen_test]
async fn one_chunk_at_a_time() {
    let gate = Gate::new();
    let run = phase(gate.task(), "{ stagger: 0 }");
    for chunk in 0..4 {
        gate.called(chunk + 1).await;
        turn().await;
        assert_eq!(gate.count(), chunk + 1);
        assert_eq!(field(&gate.context(chunk), "startIndex"), (chunk * 2).to_string());
        gate.open(chunk, make("(n) => ({ hasMore: n < 3, nextStartIndex: 2 * n + 2 })", &[&chunk.into()]));
    }
    assert_eq!((field(&value(run).await, "length"), gate.most()), ("4".into(), 1));
}

#[wasm_bindgen_test]
async fn the_stagger_is_from_the_end_of_a_chunk_to_the_start_of_the_next() {
    let log = Array::new();
    let call = "(log) => async ({ chunk }) => {
        log.push(performance.now());
        await new Promise((done) => setTimeout(done, 12));
        log.push(performance.now());
        return { hasMore: chunk < 2, nextStartIndex: chunk + 1 };
    }";
    value(phase(make(call, &[&log]), "{ stagger: 20 }")).await;
    let times: Vec<f64> = read(&log);
    for pause in [times[2] - times[1], times[4] - times[3]] {
        assert!(pause >= 19.9, "{pause} ms between two chunks");
    }
    // The default is 100 ms.
    log.set_length(0);
    value(phase(make(call, &[&log]), ())).await;
    let times: Vec<f64> = read(&log);
    assert!(times[2] - times[1] >= 99.9, "{times:?}");
}

#[wasm_bindgen_test]
async fn each_bad_reply_is_an_error_with_the_chunk_and_never_another_call() {
    for reply in [
        "{}",
        "{ hasMore: undefined }",
        "{ hasMore: null }",
        "{ hasMore: 'false' }",
        "{ hasMore: 1, nextStartIndex: 8 }",
        "{ hasMore: true }",
        "{ hasMore: true, nextStartIndex: null }",
        "{ hasMore: true, nextStartIndex: undefined }",
        "{ hasMore: true, nextStartIndex: NaN }",
        "{ hasMore: true, nextStartIndex: '8' }",
        "{ hasMore: true, nextStartIndex: 8.5 }",
        "{ hasMore: true, nextStartIndex: -1 }",
        "{ hasMore: true, nextStartIndex: Infinity }",
        "{ hasMore: true, nextStartIndex: 4 }",
        "{ hasMore: true, nextStartIndex: 3 }",
        "{ hasMore: true, nextStartIndex: 0 }",
        "[]",
        "'text'",
        "null",
        "undefined",
    ] {
        let log = Array::new();
        let call = format!("(log) => () => {{ log.push('called'); return ({reply}); }}");
        let failure = failure(phase(make(&call, &[&log]), "{ startIndex: 4, stagger: 0 }")).await;
        assert_eq!(failure.name, "ContinuationError", "{reply}: {}", failure.message);
        assert_eq!(show(&failure.chunk), show(&make(&format!("() => ({reply})"), &[])), "{reply}");
        turn().await;
        assert_eq!(log.length(), 1, "{reply}");
    }
}

#[wasm_bindgen_test]
async fn the_message_of_a_continuation_error_names_what_is_wrong() {
    for (reply, words) in [
        ("{}", "hasMore"),
        ("{ hasMore: true, nextStartIndex: 'x9' }", "x9"),
        ("{ hasMore: true, nextStartIndex: 0 }", "does not advance: 0"),
    ] {
        let failure = failure(phase(format!("() => ({reply})").as_str(), ())).await;
        assert!(failure.message.contains(words), "{reply}: {}", failure.message);
    }
}

#[wasm_bindgen_test]
async fn max_chunks_ends_a_phase_that_would_never_end() {
    for next in ["", ", next: (_, { startIndex }) => ({ done: false, startIndex: startIndex + 1 }), startIndex: 0"] {
        let log = Array::new();
        let call = "(log) => ({ startIndex }) => { log.push(startIndex); return { hasMore: true, nextStartIndex: startIndex + 1 }; }";
        let options = format!("{{ stagger: 0, maxChunks: 3{next} }}");
        let failure = failure(phase(make(call, &[&log]), options.as_str())).await;
        assert_eq!((failure.name.as_str(), log.join(" ")), ("ContinuationError", "0 1 2".into()));
        assert!(failure.message.contains("maxChunks") && failure.message.contains('3'), "{}", failure.message);
    }
    // Exactly so many are allowed.
    let log = Array::new();
    value(phase(server(&log, 3, 1), "{ stagger: 0, maxChunks: 3 }")).await;
    assert_eq!(log.length(), 3);
}

#[wasm_bindgen_test]
async fn next_can_follow_cursors_flags_and_done() {
    for (next, expected) in [
        // A cursor of text.
        (
            "({ page }) => page < 2 ? { done: false, startIndex: `page ${page + 1}` } : { done: true }",
            "undefined, \"page 1\", \"page 2\"",
        ),
        // No cursor, only a flag.
        ("({ page }) => ({ done: page >= 2 })", "undefined, undefined, undefined"),
        // Two cursors in turn are no standstill.
        ("({ page }) => ({ done: page >= 2, startIndex: 'ab'[page] })", "undefined, \"a\", \"b\""),
    ] {
        let log = Array::new();
        let call = "(log) => async ({ startIndex, chunk }) => { log.push(startIndex); return { page: chunk }; }";
        let chunks = value(phase(make(call, &[&log]), format!("{{ stagger: 0, next: {next} }}").as_str())).await;
        assert_eq!((show(&log), field(&chunks, "length")), (format!("[{expected}]"), "3".into()), "{next}");
    }
}

#[wasm_bindgen_test]
async fn next_gets_the_chunk_and_its_request() {
    let log = Array::new();
    let code = "(log) => ({ startIndex: 'first', next: (chunk, { startIndex, chunk: number, attempt }) => {
        log.push(chunk, startIndex, number, attempt);
        return { done: true };
    } })";
    value(phase("() => 'reply'", make(code, &[&log]))).await;
    assert_eq!(show(&log), r#"["reply", "first", 0, 1]"#);
}

#[wasm_bindgen_test]
async fn a_next_that_cannot_be_followed_is_an_error_and_never_a_loop() {
    for (start, next) in [
        ("'a'", "() => ({ done: false, startIndex: 'a' })"),
        ("NaN", "() => ({ done: false, startIndex: NaN })"),
        ("4", "() => ({ done: false, startIndex: 4 })"),
        ("4", "() => ({ done: false, startIndex: 3 })"),
        ("'a'", "() => ({ done: false })"),
        ("0", "() => ({})"),
        ("0", "() => undefined"),
        ("0", "() => null"),
        ("0", "() => true"),
        ("0", "() => ({ done: 'no', startIndex: 5 })"),
        ("0", "async () => ({ done: true })"),
    ] {
        let log = Array::new();
        let call = make("(log) => () => { log.push(1); return 'chunk'; }", &[&log]);
        let options = format!("{{ stagger: 0, startIndex: {start}, next: {next} }}");
        let failure = failure(phase(call, options.as_str())).await;
        assert_eq!(
            (failure.name.as_str(), show(&failure.chunk).as_str()),
            ("ContinuationError", "\"chunk\""),
            "{next}"
        );
        assert_eq!(log.length(), 1, "{next}");
    }
}

#[wasm_bindgen_test]
async fn on_chunk_is_awaited_before_the_next_chunk() {
    let saved = Gate::new();
    let gate = Gate::new();
    let run = phase(gate.task(), make("(onChunk) => ({ stagger: 0, onChunk })", &[&saved.task()]));
    for chunk in 0..3 {
        gate.called(chunk + 1).await;
        gate.open(chunk, make("(n) => ({ n, hasMore: n < 2, nextStartIndex: n + 1 })", &[&chunk.into()]));
        saved.called(chunk + 1).await;
        sleep(2.0).await;
        assert_eq!(gate.count(), chunk + 1);
        assert_eq!(field(&saved.context(chunk), "chunk"), chunk.to_string());
        saved.open(chunk, JsValue::UNDEFINED);
    }
    value(run).await;
    assert!(saved.items().starts_with("[{n: 0, "), "{}", saved.items());
}

#[wasm_bindgen_test]
async fn a_callback_that_throws_rejects_the_phase() {
    for options in [
        "{ onChunk() { throw new Error('mine') } }",
        "{ async onChunk() { throw new Error('mine') } }",
        "{ next() { throw new Error('mine') } }",
    ] {
        let uncaught = Uncaught::new();
        let log = Array::new();
        let reason = reason(phase(server(&log, 9, 1), options)).await;
        assert_eq!((show(&reason).as_str(), log.length()), ("Error: mine", 1), "{options}");
        assert_eq!(uncaught.heard().await, "", "{options}");
    }
}

#[wasm_bindgen_test]
async fn an_error_of_a_call_rejects_the_phase_as_it_is() {
    for call in ["() => { throw new Error('mine') }", "async () => { throw new Error('mine') }"] {
        assert_eq!(show(&reason(phase(call, ())).await), "Error: mine");
    }
}

#[wasm_bindgen_test]
async fn every_chunk_has_its_own_retries() {
    let log = Array::new();
    let call = "(log) => async ({ startIndex, chunk, attempt }) => {
        log.push(`${chunk}@${startIndex}#${attempt}`);
        if (attempt < 3) throw { status: 503 };
        return { hasMore: chunk < 1, nextStartIndex: 7 };
    }";
    value(phase(make(call, &[&log]), "{ stagger: 0, retry: { attempts: 3, minDelay: 0 } }")).await;
    assert_eq!(log.join(" "), "0@0#1 0@0#2 0@0#3 1@7#1 1@7#2 1@7#3");
}

#[wasm_bindgen_test]
async fn chunks_have_keys_of_their_own() {
    let log = Array::new();
    let call = "(log) => ({ chunk, idempotencyKey }) => { log.push(idempotencyKey); return { hasMore: chunk < 1, nextStartIndex: 1 }; }";
    value(phase(make(call, &[&log]), "{ stagger: 0 }")).await;
    assert_ne!(log.get(0), log.get(1));
}

#[wasm_bindgen_test]
async fn a_cancel_during_the_stagger_ends_the_phase_at_once() {
    let canceller = Canceller::new("native");
    let log = Array::new();
    let run = phase(server(&log, 9, 1), make("(signal) => ({ signal, stagger: 1e8 })", &[&canceller.signal()]));
    sleep(5.0).await;
    canceller.abort(&"enough".into());
    assert_eq!((show(&reason(run).await).as_str(), log.length()), ("\"enough\"", 1));
    assert_eq!((canceller.added(), canceller.removed()), (1, 1));
}

#[wasm_bindgen_test]
async fn a_cancel_aborts_the_chunk_in_flight_and_starts_no_other() {
    let canceller = Canceller::new("native");
    let gate = Gate::new();
    let run = phase(gate.task(), make("(signal) => ({ signal, stagger: 0 })", &[&canceller.signal()]));
    gate.called(1).await;
    canceller.abort(&"enough".into());
    assert_eq!(field(&gate.context(0), "signal.reason"), "\"enough\"");
    assert_eq!(show(&reason(run).await), "\"enough\"");
    gate.open(0, make("() => ({ hasMore: true, nextStartIndex: 1 })", &[]));
    turn().await;
    assert_eq!(gate.count(), 1);
}

#[wasm_bindgen_test]
async fn a_cancel_while_on_chunk_saves_waits_for_it_and_asks_for_no_other_chunk() {
    let canceller = Canceller::new("native");
    let log = Array::new();
    let saving = Gate::new();
    let code = "(signal, onChunk) => ({ signal, stagger: 0, onChunk })";
    let run = phase(server(&log, 9, 1), make(code, &[&canceller.signal(), &saving.task()]));
    saving.called(1).await;
    canceller.abort(&"enough".into());
    saving.open(0, JsValue::UNDEFINED);
    assert_eq!((show(&reason(run).await).as_str(), log.length()), ("\"enough\"", 1));
}

#[wasm_bindgen_test]
async fn a_chunk_times_out_by_itself() {
    let gate = Gate::new();
    let failure = failure(phase(gate.task(), "{ timeout: 5 }")).await;
    assert_eq!((failure.name.as_str(), gate.count()), ("TimeoutError", 1));
}

#[wasm_bindgen_test]
async fn the_servers_own_counts_are_its_progress() {
    let log = Array::new();
    let code = "(log) => ({
        stagger: 0,
        progress: ({ done }, chunks) => ({ completed: done, ...(chunks.length > 1 && { total: 10 }) }),
        onProgress: (progress) => log.push(progress),
    })";
    // A busy page reports a whole turn at once, so a chunk ends after the chunk before it is reported.
    let call = "(log, serve) => async (at) => {
        while (!log.some(({ completed }) => completed === at.startIndex)) await new Promise((done) => setTimeout(done));
        return serve(at);
    }";
    let call = make(call, &[&log, &server(&Array::new(), 10, 4)]);
    value(phase(call, make(code, &[&log]))).await;
    let events: Vec<Progress> = read(&log);
    assert!(
        events.iter().any(|event| (event.completed, event.total) == (4.0, None) && event.fraction == 0.0),
        "{events:?}"
    );
    assert!(events.iter().any(|event| (event.completed, event.total, event.fraction) == (8.0, Some(10.0), 0.8)));
    assert!(events.windows(2).all(|pair| pair[0].fraction <= pair[1].fraction));
    let last = events.last().unwrap();
    assert_eq!((last.completed, last.total, last.fraction, last.eta), (10.0, Some(10.0), 1.0, Some(0.0)));
}

#[wasm_bindgen_test]
async fn without_server_counts_chunks_are_counted() {
    let log = Array::new();
    let code = "(log) => ({ stagger: 0, onProgress: (progress) => log.push(progress) })";
    // A busy page reports a whole turn at once, so the first chunk ends after the first report.
    let call = "(log) => async ({ chunk }) => {
        while (log.length === 0) await new Promise((done) => setTimeout(done));
        return { hasMore: chunk < 2, nextStartIndex: chunk + 1 };
    }";
    value(phase(make(call, &[&log]), make(code, &[&log]))).await;
    let events: Vec<Progress> = read(&log);
    assert!(events[0].total.is_none() && events[0].fraction == 0.0, "{events:?}");
    let last = events.last().unwrap();
    assert_eq!((last.completed, last.total, last.fraction), (3.0, Some(3.0), 1.0));
}

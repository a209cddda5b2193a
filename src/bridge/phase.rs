//! A phase in chunks (seed 002): each reply says whether there is more, and where it starts.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::classify::get;
use super::errors::{ContinuationError, text_of};
use super::executor::{Run, prepare_phase, server_counts};
use super::host::open;
use super::options::{Options, function, run_options};
use crate::core::continuation::{Breach, Continuation, More, after_chunk};
use crate::core::retry::RetryPolicy;
use crate::core::run::CancelMode;

/// Between the end of a chunk and the start of the next, in milliseconds (seed 002).
const STAGGER: f64 = 100.0;
const MAX_CHUNKS: u32 = 10_000;

/// Chunk after chunk, never two at once; all chunks.
#[wasm_bindgen(js_name = processPhase, skip_typescript)]
pub fn process_phase(call: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
    function("call", call)?;
    let read = Options::new(options, "options", "")?;
    let (mut config, retry) = run_options(&read, 1, CancelMode::Abort, RetryPolicy::NONE)?;
    config.stagger = read.milliseconds("stagger")?.unwrap_or(STAGGER);
    let signal = read.signal()?;
    let phase = Rc::new(Phase::new(&read)?);
    let next = {
        let phase = Rc::clone(&phase);
        Closure::<dyn Fn(JsValue, JsValue, JsValue, Run) -> Promise>::new(move |chunk, request, chunks, run| {
            future_to_promise(Rc::clone(&phase).follow(chunk, request, chunks, run))
        })
    };
    let run = prepare_phase(call, options, &retry, next.as_ref().unchecked_ref());
    Ok(open(&run, config, signal, vec![Box::new(next)]))
}

struct Phase {
    start_index: JsValue,
    max_chunks: u32,
    next: Option<Function>,
    on_chunk: Option<Function>,
    progress: Option<Function>,
    chunks: Cell<u32>,
}

impl Phase {
    fn new(options: &Options) -> Result<Self, JsValue> {
        let next = options.function("next")?;
        let start_index = options.get("startIndex")?;
        let start_index = match (&next, start_index.is_undefined()) {
            (None, true) => JsValue::from(0),
            // Without `next` it is compared with what the replies say.
            (None, false) => {
                let is_index = |number: f64| number >= 0.0 && number.fract() == 0.0;
                options.number("startIndex", "an integer from 0", is_index)?;
                start_index
            }
            (Some(_), _) => start_index,
        };
        Ok(Self {
            start_index,
            max_chunks: options.count("maxChunks")?.unwrap_or(MAX_CHUNKS),
            next,
            on_chunk: options.function("onChunk")?,
            progress: options.function("progress")?,
            chunks: Cell::new(0),
        })
    }

    /// One step of the phase's source, as an iterator's: the next start index, or done.
    async fn follow(
        self: Rc<Self>,
        chunk: JsValue,
        request: JsValue,
        chunks: JsValue,
        run: Run,
    ) -> Result<JsValue, JsValue> {
        if request.is_undefined() {
            return Ok(step(Some(self.start_index.clone())));
        }
        self.chunks.set(self.chunks.get() + 1);
        if let Some(progress) = &self.progress {
            server_counts(&run, &progress.call2(&JsValue::UNDEFINED, &chunk, &chunks)?);
        }
        if let Some(on_chunk) = &self.on_chunk {
            let told = on_chunk.call2(&JsValue::UNDEFINED, &chunk, &request)?;
            JsFuture::from(Promise::resolve(&told)).await?;
        }
        match &self.next {
            None => self.follow_reply(&chunk, &request),
            Some(next) => self.follow_next(next, &chunk, &request),
        }
    }

    /// By `hasMore` and `nextStartIndex`.
    fn follow_reply(&self, chunk: &JsValue, request: &JsValue) -> Result<JsValue, JsValue> {
        let more = match get(chunk, "hasMore").as_bool() {
            Some(false) => More::No,
            Some(true) => More::From(get(chunk, "nextStartIndex").as_f64()),
            None => More::Unreadable,
        };
        let start_index = get(request, "startIndex").as_f64().unwrap_or_default();
        match after_chunk(more, start_index, self.chunks.get(), self.max_chunks) {
            Continuation::Done => Ok(step(None)),
            Continuation::Next(index) => Ok(step(Some(index.into()))),
            Continuation::Broken(breach) => Err(self.broken(breach, chunk, &get(chunk, "nextStartIndex"))),
        }
    }

    /// By what the caller's `next` makes of the chunk.
    fn follow_next(&self, next: &Function, chunk: &JsValue, request: &JsValue) -> Result<JsValue, JsValue> {
        let said = next.call2(&JsValue::UNDEFINED, chunk, request)?;
        let cursor = get(&said, "startIndex");
        let before = get(request, "startIndex");
        match get(&said, "done").as_bool() {
            Some(true) => Ok(step(None)),
            None => Err(ContinuationError::new("`next` must return `{ done: boolean, startIndex? }`", chunk).into()),
            Some(false) if self.chunks.get() >= self.max_chunks => Err(self.broken(Breach::TooMany, chunk, &cursor)),
            // Backends without a cursor only say "more"; where there is one, it has to move.
            Some(false) if cursor.is_undefined() && before.is_undefined() => Ok(step(Some(cursor))),
            Some(false) if cursor.is_undefined() => Err(self.broken(Breach::Missing, chunk, &cursor)),
            Some(false) if Object::is(&cursor, &before) || is_behind(&cursor, &before) => {
                Err(self.broken(Breach::NotAdvancing, chunk, &cursor))
            }
            Some(false) => Ok(step(Some(cursor))),
        }
    }

    fn broken(&self, breach: Breach, chunk: &JsValue, next: &JsValue) -> JsValue {
        let next = text_of(next);
        let message = match breach {
            Breach::HasMore => "the reply has no boolean `hasMore`".into(),
            Breach::Missing => ["`hasMore` is true, but `nextStartIndex` is ", &next].concat(),
            Breach::NotAdvancing => ["`nextStartIndex` does not advance: ", &next].concat(),
            Breach::TooMany => {
                ["there is more after ", &text_of(&self.max_chunks.into()), " chunks (`maxChunks`)"].concat()
            }
        };
        ContinuationError::new(&message, chunk).into()
    }
}

fn is_behind(cursor: &JsValue, before: &JsValue) -> bool {
    matches!((cursor.as_f64(), before.as_f64()), (Some(cursor), Some(before)) if cursor <= before)
}

/// What an iterator's `next` gives.
fn step(value: Option<JsValue>) -> JsValue {
    let step = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&step, &name.into(), value);
    let done = set("done", &value.is_none().into());
    let value = set("value", &value.unwrap_or_default());
    // Neither can fail on an object that was made here.
    debug_assert!(done.is_ok() && value.is_ok());
    step.into()
}

//! The numbers that join Rust and TypeScript are the same on both sides.
#![cfg(not(target_arch = "wasm32"))]

use sluicegate::core::engine::inspecting::SOURCE_STATES;
use sluicegate::core::limiter::inspecting::TAB_ROLES;
use sluicegate::core::reply::wait_hint::HEADERS;
use sluicegate::core::retry::failure::SAFE_METHODS;
use sluicegate::core::run::waiting::REASONS;
use sluicegate::table::GROUPS;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/runtime/table.ts");

#[test]
fn the_numbers_of_typescript_are_those_of_rust() {
    let expected = typescript();
    if std::env::var_os("WRITE_TABLE").is_some() {
        std::fs::write(FILE, &expected).expect("src/runtime/table.ts can be written");
    }
    let found = std::fs::read_to_string(FILE).expect("src/runtime/table.ts is there");
    assert!(found == expected, "src/runtime/table.ts is not what src/table.rs says: run `npm run fix`");
}

fn typescript() -> String {
    let mut text = String::from("// Written by `npm run fix` from src/table.rs: change it there.\n");
    for (group, about, numbers) in GROUPS {
        text += &format!("\n//{about}\n");
        for (name, value) in *numbers {
            text += &format!("export const {}_{name} = {value};\n", group.to_uppercase());
        }
    }
    text += "\n// The headers that say how long to wait, in the order in which Rust reads them.\nexport const WAIT_HINT_HEADERS = [\n";
    for header in HEADERS {
        text += &format!("  \"{header}\",\n");
    }
    text += "] as const;\n";
    text += &names("REASONS", "What items wait for, by number.", REASONS.map(|(reason, name)| (reason as usize, name)));
    let states = SOURCE_STATES.map(|(state, name)| (state as usize, name));
    text += &names("SOURCE_STATES", "States of the source of a run, by number.", states);
    let roles = TAB_ROLES.map(|(role, name)| (role as usize, name));
    text += &names("TAB_ROLES", "What a tab does in a shared limiter, by number.", roles);
    text + &format!(
        "\n// Methods of requests that are safe to repeat.\nexport const SAFE_METHODS: readonly string[] = {SAFE_METHODS:?};\n"
    )
}

/// Returns a list of names. Each must be at the place of its number.
fn names<const N: usize>(list: &str, about: &str, names: [(usize, &str); N]) -> String {
    assert!(names.iter().enumerate().all(|(at, (number, _))| at == *number), "{list} are not in their order");
    let line = format!("export const {list} = {:?} as const;", names.map(|(_, name)| name));
    let lines = names.map(|(_, name)| format!("  \"{name}\",\n")).concat();
    let lines = if line.len() > 120 { format!("export const {list} = [\n{lines}] as const;") } else { line };
    format!("\n// {about}\n{lines}\n")
}

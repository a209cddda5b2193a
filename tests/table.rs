//! The numbers that join Rust and TypeScript are the same on both sides.
#![cfg(not(target_arch = "wasm32"))]

use sluicegate::core::reply::wait_hint::HEADERS;
use sluicegate::core::retry::failure::SAFE_METHODS;
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
    text + &format!(
        "\n// Methods of requests that are safe to repeat.\nexport const SAFE_METHODS: readonly string[] = {SAFE_METHODS:?};\n"
    )
}

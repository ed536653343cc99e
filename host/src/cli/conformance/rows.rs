//! What is tried on a host and what must come of it: one row for each attack.

use super::judge::Expect;
use Expect::{Another, Answer, Denial, End, Error, HarmlessError, NoMoreThan, Nothing, Pages};

/// The tool that must keep answering.
pub const CONTROL: &str = "hostile_control_answer";

/// Stands in arguments for the port of a listener on this machine's loopback, which no tool may
/// reach.
pub const PORT: &str = "$PORT";

/// Stands in arguments for the host under test, such as `127.0.0.1:8321`.
pub const HOST: &str = "$HOST";

/// One attack.
#[derive(Debug)]
pub struct Row {
    /// Its number in the list of attacks; those between need something that no one has to
    /// offer, or are not made by a tool.
    pub number: u8,
    /// What is tried.
    pub attack: &'static str,
    /// What must come of it on any host.
    pub expectation: &'static str,
    /// What is called, one after another.
    pub calls: &'static [Call],
    /// How often each is called at the same time.
    pub at_once: u32,
}

/// A call of a tool.
#[derive(Debug)]
pub struct Call {
    /// Its bare name, which no other tool has.
    pub tool: &'static str,
    /// A JSON object, in which [`PORT`] and [`HOST`] may stand.
    pub kwargs: &'static str,
    /// What must come of it.
    pub expect: Expect,
}

const fn call(tool: &'static str, kwargs: &'static str, expect: Expect) -> Call {
    Call {
        tool,
        kwargs,
        expect,
    }
}

const fn row(
    number: u8,
    attack: &'static str,
    expectation: &'static str,
    calls: &'static [Call],
) -> Row {
    Row {
        number,
        attack,
        expectation,
        calls,
        at_once: 1,
    }
}

/// Every row, in the order in which they are run.
pub const ROWS: &[Row] = &[
    row(
        1,
        "a loop without end",
        "an error within the time limit",
        &[call("hostile_spins_loop_forever", "{}", Error)],
    ),
    row(
        3,
        "a sleep of 146 years, in which no code of the tool runs",
        "an error within the time limit",
        &[call("hostile_spins_sleep_forever", "{}", Error)],
    ),
    row(
        5,
        "calls of the host without end, which cost the tool next to nothing",
        "an error within the time limit",
        &[call("hostile_spins_ask_forever", "{}", Error)],
    ),
    row(
        6,
        "recursion without end",
        "an error, and the host's own stack is safe",
        &[call("hostile_spins_recurse_forever", "{}", Error)],
    ),
    row(
        7,
        "single instructions that write over all memory or a whole table, without end",
        "an error within the time limit",
        &[
            call(
                "hostile_swells_fill_memory",
                r#"{"pages": 900, "times": 4294967295}"#,
                Error,
            ),
            call(
                "hostile_swells_copy_memory",
                r#"{"pages": 900, "times": 4294967295}"#,
                Error,
            ),
            call(
                "hostile_swells_fill_table",
                r#"{"elements": 15000, "times": 4294967295}"#,
                Error,
            ),
        ],
    ),
    row(
        8,
        "loops in code beside the function that is called: at the start of the instance, while \
         it makes room for arguments, after its answer",
        "an error within the time limit",
        &[
            call("hostile_start_loops_never", "{}", Error),
            call("hostile_lies_realloc_loops", r#"{"text": "hello"}"#, Error),
            call("hostile_lies_post_return_loops", "{}", Error),
        ],
    ),
    Row {
        at_once: 64,
        ..row(
            9,
            "64 loops without end, at the same time",
            "each is an error or is turned away as busy, and meanwhile others are served",
            &[call("hostile_spins_loop_forever", "{}", Error)],
        )
    },
    row(
        10,
        "memory of 4 GiB at once",
        "an error, or a refusal that the tool lives with",
        &[call(
            "hostile_swells_grow_memory",
            r#"{"pages": 65535}"#,
            NoMoreThan(-1),
        )],
    ),
    row(
        11,
        "three memories that grow in turn until each was refused more",
        "an error, or no more than the memory limit for all together",
        &[call(
            "hostile_swells_grow_memories",
            r#"{"pages": 16}"#,
            Pages,
        )],
    ),
    row(
        12,
        "a table of a hundred million elements, and two that grow in turn",
        "an error, or no more than ten million elements",
        &[
            call(
                "hostile_swells_grow_table",
                r#"{"elements": 100000000}"#,
                NoMoreThan(-1),
            ),
            call(
                "hostile_swells_grow_tables",
                r#"{"elements": 1000000}"#,
                NoMoreThan(10_000_000),
            ),
        ],
    ),
    row(
        13,
        "answers of a terabyte, and of 2^50 lists within lists, from a few bytes of memory",
        "an error before the host has copied it all",
        &[
            call("hostile_swells_billion_texts", "{}", Error),
            call("hostile_deep_types_explode", "{}", Error),
        ],
    ),
    row(
        14,
        "an answer of seven million texts, all of them empty",
        "an error, though their length is nothing",
        &[call("hostile_floods_seven_million_texts", "{}", Error)],
    ),
    row(
        15,
        "handles to things that the host keeps, without end",
        "an error at a limit",
        &[call("hostile_spins_hoard_forever", "{}", Error)],
    ),
    row(
        16,
        "header fields added to a set without end",
        "an error, or a refusal that the tool lives with",
        &[call("hostile_fetches_append_fields", "{}", End)],
    ),
    row(
        17,
        "a terabyte of random bytes in one call",
        "an error before there are so many",
        &[call("hostile_floods_draw_terabyte", "{}", Error)],
    ),
    row(
        18,
        "output to stdout without end",
        "an error within the time limit, and the answer holds none of it",
        &[call("hostile_floods_print_forever", "{}", Error)],
    ),
    row(
        20,
        "components that begin with 4 GiB of memory and with a table of ten million elements",
        "they are refused and not offered, or each call is an error",
        &[
            call("hostile_declares_memory_boast", "{}", Error),
            call("hostile_declares_table_boast", "{}", Error),
        ],
    ),
    row(
        22,
        "a request to a server that was not granted",
        "a refusal, and no connection is opened",
        &[call(
            "hostile_fetches_get",
            r#"{"authority": "localhost:$PORT", "path": "/"}"#,
            Denial,
        )],
    ),
    row(
        24,
        "a request to the metadata address of clouds",
        "a refusal, and no connection is opened",
        &[call(
            "hostile_fetches_get",
            r#"{"authority": "169.254.169.254", "path": "/"}"#,
            Denial,
        )],
    ),
    row(
        26,
        "a request to 127.0.0.1 in other spellings",
        "a refusal, and no connection is opened",
        &[
            call(
                "hostile_fetches_get",
                r#"{"authority": "127.1:$PORT", "path": "/"}"#,
                Denial,
            ),
            call(
                "hostile_fetches_get",
                r#"{"authority": "2130706433:$PORT", "path": "/"}"#,
                Denial,
            ),
            call(
                "hostile_fetches_get",
                r#"{"authority": "0x7f.1:$PORT", "path": "/"}"#,
                Denial,
            ),
            call(
                "hostile_fetches_get",
                r#"{"authority": "[::ffff:7f00:1]:$PORT", "path": "/"}"#,
                Denial,
            ),
            call(
                "hostile_fetches_get",
                r#"{"authority": "LOCALHOST.:$PORT", "path": "/"}"#,
                Denial,
            ),
        ],
    ),
    row(
        29,
        "a raw connection, and the look-up of a name",
        "a refusal of both",
        &[
            call("hostile_connects_connect", r#"{"port": $PORT}"#, Denial),
            call("hostile_connects_look_up", "{}", Denial),
        ],
    ),
    row(
        31,
        "a request to the host's own port",
        "a refusal, and no connection is opened",
        &[call(
            "hostile_fetches_get",
            r#"{"authority": "$HOST", "path": "/v1/health"}"#,
            Denial,
        )],
    ),
    row(
        33,
        "a look at environment, arguments, folders and standard input",
        "there is nothing, and nothing to wait for",
        &[
            call("hostile_peeks_environment", "{}", Nothing),
            call("hostile_peeks_arguments", "{}", Nothing),
            call("hostile_peeks_working_folder", "{}", Nothing),
            call("hostile_peeks_folders", "{}", Nothing),
            call("hostile_peeks_standard_input", "{}", Nothing),
        ],
    ),
    row(
        36,
        "crashes: an address outside memory, a division by zero, a call of nothing",
        "an error whose words show no path and no source code of the host",
        &[
            call("hostile_lies_read_outside", "{}", HarmlessError),
            call("hostile_lies_divide", "{}", HarmlessError),
            call("hostile_lies_call_null", "{}", HarmlessError),
        ],
    ),
    row(
        37,
        "a pattern over memory, globals and tables, left by a call that ends well, crashes or \
         is broken off",
        "the next call finds nothing of it",
        RESIDUE,
    ),
    row(
        38,
        "random numbers of two calls",
        "they differ",
        &[
            call("hostile_peeks_random", "{}", Another),
            call("hostile_peeks_random", "{}", Another),
        ],
    ),
    row(
        39,
        "answers with pointers, lengths, encodings and discriminants that cannot be",
        "an error for each",
        LIES,
    ),
    row(
        42,
        "a crash right after a call of the host",
        "an error",
        &[call("hostile_lies_trap_after_call", "{}", Error)],
    ),
];

const PATTERN: &str = r#"{"pages": 200, "pattern": 18446744073709551615}"#;

const RESIDUE: &[Call] = &[
    call("hostile_residue_leave", PATTERN, End),
    call("hostile_residue_look", r#"{"pages": 200}"#, Answer("0")),
    call("hostile_residue_leave_and_crash", PATTERN, Error),
    call("hostile_residue_look", r#"{"pages": 200}"#, Answer("0")),
    call("hostile_residue_leave_and_loop", PATTERN, Error),
    call("hostile_residue_look", r#"{"pages": 200}"#, Answer("0")),
];

const LIES: &[Call] = &[
    call("hostile_lies_string_ends_outside", "{}", Error),
    call("hostile_lies_string_wraps", "{}", Error),
    call("hostile_lies_string_of_gibibytes", "{}", Error),
    call("hostile_lies_string_not_utf8", "{}", Error),
    call("hostile_lies_string_half_surrogate", "{}", Error),
    call("hostile_lies_string_cut_off", "{}", Error),
    call("hostile_lies_utf16_half_surrogate", "{}", Error),
    call("hostile_lies_utf16_odd_address", "{}", Error),
    call("hostile_lies_latin1_of_gibibytes", "{}", Error),
    call("hostile_lies_list_overflows", "{}", Error),
    call("hostile_lies_list_odd_address", "{}", Error),
    call("hostile_lies_list_ends_outside", "{}", Error),
    call("hostile_lies_pointer_outside", "{}", Error),
    call("hostile_lies_pointer_odd", "{}", Error),
    call("hostile_lies_variant_unknown", "{}", Error),
    call("hostile_lies_option_unknown", "{}", Error),
    call("hostile_lies_result_unknown", "{}", Error),
    call("hostile_lies_enum_unknown", "{}", Error),
    call("hostile_lies_char_half_surrogate", "{}", Error),
    call("hostile_lies_char_past_unicode", "{}", Error),
    call("hostile_lies_realloc_traps", r#"{"text": "hello"}"#, Error),
    call("hostile_lies_realloc_wild", r#"{"text": "hello"}"#, Error),
    call("hostile_lies_realloc_odd", r#"{"numbers": [1, 2]}"#, Error),
    call(
        "hostile_lies_realloc_calls_out",
        r#"{"text": "hello"}"#,
        Error,
    ),
    call("hostile_lies_post_return_traps", "{}", Error),
    call("hostile_lies_post_return_calls_out", "{}", Error),
];

//! Kinds of problems, with their exact locations.

use super::*;

#[test]
fn all_syntax_errors_are_reported_with_their_locations_but_without_the_line() {
    let problems = file("[server]\nlisten = hunter2\n[log\nlevel = 'info'\n").problems();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].starts_with("azgate.toml:2:10: error: not TOML: "), "{problems:#?}");
    assert!(problems[1].starts_with("azgate.toml:3:"), "{problems:#?}");
}

#[test]
fn a_missing_file_is_a_problem() {
    let environment = Environment::default();
    let merged = load(Some(Path::new("/none/azgate.toml")), &environment, &[]);
    let surroundings = CheckContext { environment: &environment, read: &read, today: None, dry_run: false };
    let problems = check(merged, &surroundings).problems;
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0]
            .to_string()
            .starts_with("/none/azgate.toml: error: the file cannot be read: No such file")
    );
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_file() {
    let problems = file(
        "[server]\nlistn = '127.0.0.1:1'\nmax_body_bytes = '1'\n\n[resources.east]\napi_key = 'hunter2'\nhttp2 = 1\n\
         \n[models.\"gpt-4.1\"]\nfamily = 'gpt-41'\nresource = 'eats'\n",
    )
    .problems();
    assert_eq!(
        problems,
        [
            "azgate.toml:2:1: error: server.listn: unknown key (did you mean `listen`?)",
            "azgate.toml:3:18: error: server.max_body_bytes: not a whole number: `1` (write a whole number)",
            "azgate.toml:5:12: error: resources.east.endpoint: missing (write the resource's URL, such as `https://NAME.openai.azure.com`)",
            "azgate.toml:6:11: error: resources.east.api_key: not the place of a secret (a secret is named, never \
             written: { env = \"VARIABLE\" } or { file = \"/path\" })",
            "azgate.toml:7:9: error: resources.east.http2: not true or false: `1` (write true or false)",
            "azgate.toml:10:10: error: models.\"gpt-4.1\".family: there is no family `gpt-41` (did you mean \
             `gpt-4.1`?)",
            "azgate.toml:11:12: error: models.\"gpt-4.1\".resource: there is no resource `eats` (did you mean `east`?)",
        ]
    );
}

#[test]
fn a_value_of_the_wrong_type_is_reported_with_what_its_key_takes() {
    for (text, problem) in [
        ("server = 1", "azgate.toml:1:10: error: server: not a table (write a table)"),
        ("families = 1", "azgate.toml:1:12: error: families: not a table (write a table)"),
        (
            "routing.unknown_models = 'x'",
            "azgate.toml:1:26: error: routing.unknown_models: not one of the known values: `x` \
            (write \"forward\" or \"refuse\")",
        ),
        (
            "policy.lossy = 0",
            "azgate.toml:1:16: error: policy.lossy: not a string: `0` (write \"allow\" or \"refuse\")",
        ),
        (
            "server.drain_seconds = 4294967296",
            "azgate.toml:1:24: error: server.drain_seconds: out of range: `4294967296` \
            (write a whole number from 0 to 4294967295)",
        ),
        (
            "server.drain_seconds = -1",
            "azgate.toml:1:24: error: server.drain_seconds: out of range: `-1` \
            (write a whole number from 0 to 4294967295)",
        ),
    ] {
        assert_eq!(file(&format!("{text}\n{EAST}")).problems(), [problem]);
    }
}

#[test]
fn a_column_counts_characters() {
    let problems = file(&format!("log = {{ format = 'text', level = 'é' , lvel = 'x' }}\n{EAST}")).problems();
    assert_eq!(problems[1], "azgate.toml:1:40: error: log.lvel: unknown key (did you mean `level`?)");
}

#[test]
fn a_secret_that_cannot_be_fetched_is_reported_without_its_text() {
    for (secret, problem) in [
        ("{ env = 'NOT_SET' }", "the variable NOT_SET is not set, or empty"),
        ("{ env = 'hunter2' }", "the variable named here is not set, or empty"),
        ("{ file = '/hunter2' }", "the file named here cannot be read: entity not found"),
        ("{ file = '/run/empty' }", "the file named here is empty"),
        ("{ file = '/run/odd' }", "the secret contains characters that a key cannot have"),
        ("4711", "not the place of a secret"),
        ("{ env = 'A', file = 'B' }", "not the place of a secret"),
    ] {
        let problems =
            file(&format!("[resources.east]\nendpoint = 'https://e.example'\napi_key = {secret}\n"))
                .problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        let start = format!("azgate.toml:3:11: error: resources.east.api_key: {problem}");
        assert!(problems[0].starts_with(&start), "{problems:#?}");
    }
}

#[test]
fn with_several_resources_a_model_needs_one() {
    let west = "[resources.west]\nendpoint = 'https://w.example'\napi_key = { file = '/run/key' }\n";
    assert_eq!(
        with_east(west).problems(),
        [
            "config: error: routing.default_resource: several resources could serve the forwarded models (write one of east, \
          west, or routing.unknown_models = \"refuse\")"
        ]
    );
    assert_eq!(
        with_east(&format!("{west}[models.a]\n[models.b]\nresource = 'west'")).problems(),
        [
            "azgate.toml:7:9: error: models.a.resource: missing, and there are several resources (write one of east, \
          west, or set routing.default_resource)"
        ]
    );
}

#[test]
fn a_resource_with_a_problem_of_its_own_still_exists() {
    let text = "[resources.east]\nendpoint = 1\napi_key = { env = 'EAST_KEY' }\n[models.a]\nresource = 'east'\n[models.b]\n";
    assert_eq!(
        file(text).problems(),
        ["azgate.toml:2:12: error: resources.east.endpoint: not a string (write a string in quotes)"]
    );
}

#[test]
fn a_required_key_of_the_wrong_shape_hides_no_other_problem() {
    let west = "[resources.west]\nendpoint = 'https://w.example'\napi_key = { file = '/run/key' }\n";
    for api_key in ["'hunter2'", "{ env = 'A', file = 'B' }"] {
        let text = format!(
            "[resources.east]\nendpoint = 'hunter2'\napi_key = {api_key}\nsurface = '2024'\nca_file = '/none'\n\
             connect_timeout_seconds = 0\n{west}[routing]\ndefault_resource = 'east'\n\
             [keys.a]\nsha256 = 1\nrequests_per_minute = 0\npolicy.rules = {{ 'drop.x' = 'pass' }}\n"
        );
        let problems = file(&text).problems();
        let starts = [
            "azgate.toml:2:12: error: resources.east.endpoint: not a URL",
            "azgate.toml:3:11: error: resources.east.api_key: not the place of a secret",
            "azgate.toml:4:11: error: resources.east.surface: neither v1 nor",
            "azgate.toml:5:11: error: resources.east.ca_file: the file cannot be read",
            "azgate.toml:6:27: error: resources.east.connect_timeout_seconds: must not be 0",
            "azgate.toml:13:10: error: keys.a.sha256: not a string",
            "azgate.toml:14:23: error: keys.a.requests_per_minute: must not be 0",
            "azgate.toml:15:18: error: keys.a.policy.rules.\"drop.x\": no rule has this id",
        ];
        assert_eq!(problems.len(), starts.len(), "{problems:#?}");
        for (problem, start) in problems.iter().zip(starts) {
            assert!(problem.starts_with(start), "{start}: {problems:#?}");
        }
    }
}

#[test]
fn a_removed_value_causes_no_other_problems() {
    let west = "[resources.west]\nendpoint = 'https://w.example'\napi_key = { file = '/run/key' }\n";
    let two = format!("{EAST}{west}");
    for (resources, text, key) in [
        (&*two, "routing = 1", "routing"),
        (&two, "models = 1", "models"),
        (&two, "routing.default_resource = 1", "routing.default_resource"),
        (&two, "routing.default_resource = 1\nmodels.a = {}", "routing.default_resource"),
        (&two, "routing.unknown_models = 'refuze'", "routing.unknown_models"),
        (&two, "models.a.resource = 1", "models.a.resource"),
        (EAST, "models.'a/b'.deployment = 1", "models.\"a/b\".deployment"),
        (EAST, "families = 1\nmodels.a.family = 'mine'", "families"),
        (EAST, "keys = 1\nserver.listen = '0.0.0.0:80'", "keys"),
        (EAST, "server = { listen = '0.0.0.0:80', allow_anonymous = 'yes' }", "server.allow_anonymous"),
        (EAST, "server.listen = 1\nadmin.listen = '127.0.0.1:8080'", "server.listen"),
        ("", "resources = 1", "resources"),
        ("", "resources.east = 1", "resources.east"),
    ] {
        let problems = file(&format!("{text}\n{resources}")).problems();
        assert_eq!(problems.len(), 1, "{text}: {problems:#?}");
        assert!(problems[0].contains(&format!(": error: {key}: not ")), "{text}: {problems:#?}");
    }
}

#[test]
fn a_value_with_a_problem_can_be_part_of_another() {
    let text = "server.listen = '0.0.0.0:80'\nadmin.listen = '0.0.0.0:80'\n";
    let problems = file(&format!("{text}{EAST}")).problems();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].contains("server.listen: there are no keys"), "{problems:#?}");
    assert!(problems[1].contains("admin.listen: server.listen has the same address"), "{problems:#?}");
}

#[test]
fn a_dry_run_needs_no_secret_but_reports_a_pasted_one() {
    let environment = Environment::default();
    let checked = |api_key: &str| {
        let tree = toml::from_str(&format!("[resources.east]\nendpoint = 'https://e.example'\n{api_key}"));
        let merged = MergedConfig { tree: tree.unwrap(), ..load(None, &environment, &[]) };
        check(merged, &CheckContext { environment: &environment, read: &read, today: None, dry_run: true })
    };
    for api_key in ["", "api_key = { env = 'NOT_SET' }", "api_key = { file = '/none' }"] {
        assert_eq!(checked(api_key).problems, [], "{api_key}");
    }
    assert!(checked("").settings.is_some());
    let problems = checked("api_key = 'hunter2'").problems;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].message, "not the place of a secret");
}

#[test]
fn harmless_problems_are_warnings() {
    let text = format!("[server]\nallow_anonymous = true\n[keys.a]\nsha256 = '{HASH}'");
    let text = file(&format!("{}{text}", EAST.replace("https", "http"))).problems();
    assert_eq!(
        text,
        [
            "azgate.toml:2:12: warning: resources.east.endpoint: the resource's key would travel unencrypted (write \
             https://)",
            "azgate.toml:5:19: warning: server.allow_anonymous: has no effect beside [keys] (remove it; callers need \
             one of the keys)",
        ]
    );
}

#[test]
fn a_problem_in_one_section_causes_none_in_others() {
    let west = "[resources.west]\nendpoint = 'https://w.example'\napi_key = { file = '/run/key' }\n";
    let text = "[server]\nlisten = '0.0.0.0:80'\n[keys.a]\n[models]\nb = 1\n";
    let problems = with_east(&format!("{west}{text}")).problems();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems[0].starts_with("azgate.toml:9:7: error: keys.a.sha256: missing"), "{problems:#?}");
    assert_eq!(problems[1], "azgate.toml:11:5: error: models.b: not a table (write a table)");
}

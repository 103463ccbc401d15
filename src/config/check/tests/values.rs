//! One wrong value for each key, with its exact location.

use super::*;

/// Checks that each line, as line 5 of a config, is its only problem.
fn reports(header: &str, cases: &[(&str, &str)]) {
    for (line, problem) in cases {
        let problems = with_east(&format!("{header}\n{line}")).problems();
        assert_eq!(problems.len(), 1, "{line}: {problems:#?}");
        assert!(problems[0].starts_with(&format!("azgate.toml:{problem}")), "{line}: {problems:#?}");
    }
}

#[test]
fn wrong_values_of_a_listener() {
    reports(
        "[server]",
        &[
            ("listen = ':80'", "5:10: error: server.listen: not an address to listen on"),
            ("listen = '0.0.0.0:80'", "5:10: error: server.listen: there are no keys and others can reach"),
            ("max_connections = 0", "5:19: error: server.max_connections: must not be 0"),
            ("hosts = 'azgate'", "5:9: error: server.hosts: not a list of strings"),
            ("hosts = ['azgate:80']", "5:9: error: server.hosts: not the name of a host"),
            (
                "cors_origins = ['https://a.example/chat']",
                "5:16: error: server.cors_origins: not the origin of a",
            ),
            (
                "cors_origins = ['a.example']",
                "5:16: error: server.cors_origins: not the origin of a web page",
            ),
            ("cors_origins = ['*']", "5:16: error: server.cors_origins: without keys every web page could"),
            ("max_body_bytes = 0", "5:18: error: server.max_body_bytes: must not be 0"),
            ("header_timeout_seconds = 0", "5:26: error: server.header_timeout_seconds: must not be 0"),
        ],
    );
    reports(
        "[admin]",
        &[
            ("listen = '127.0.0.1:8080'", "5:10: error: admin.listen: server.listen has the same address"),
            ("listen = '0.0.0.0:9090'", "5:10: warning: admin.listen: anyone who can reach this address"),
            ("listen = 'localhost'", "5:10: error: admin.listen: not an address to listen on"),
        ],
    );
}

#[test]
fn wrong_values_of_the_log() {
    reports(
        "[log]",
        &[
            ("level = 'inof'", "5:9: error: log.level: `inof` is not a log level (did you mean `info`?)"),
            ("level = 'info,inof'", "5:9: error: log.level: `inof` is not a log level"),
            ("level = 'a=b=c'", "5:9: error: log.level: not a log filter"),
        ],
    );
}

#[test]
fn wrong_values_of_a_resource() {
    let rest = "api_key = { file = '/run/key' }\n[routing]\ndefault_resource = 'east'";
    for (line, problem) in [
        ("surface = '2024'", "5:11: error: resources.west.surface: neither v1 nor an api-version"),
        ("connect_timeout_seconds = 0", "5:27: error: resources.west.connect_timeout_seconds: must not be 0"),
        (
            "ca_file = '/none'",
            "5:11: error: resources.west.ca_file: the file cannot be read: entity not found",
        ),
        ("ca_file = '/run/key'", "5:11: error: resources.west.ca_file: the file contains no certificate"),
    ] {
        reports("[resources.west]", &[(&format!("{line}\nendpoint = 'https://w.example'\n{rest}"), problem)]);
    }
    let endpoint = format!("endpoint = 'w.example'\n{rest}");
    reports(
        "[resources.west]",
        &[(&endpoint, "5:12: error: resources.west.endpoint: not a URL of https or http")],
    );
}

#[test]
fn wrong_values_of_a_model_and_its_policy() {
    reports(
        "[models.a]",
        &[
            ("requests_per_minute = 0", "5:23: error: models.a.requests_per_minute: must not be 0"),
            ("deployment = 'a/b'", "5:14: error: models.a.deployment: no deployment can have the name"),
            (
                "family = 'o1-previw'",
                "5:10: error: models.a.family: there is no family `o1-previw` (did you mean `o1-preview`?)",
            ),
            (
                "resource = 'est'",
                "5:12: error: models.a.resource: there is no resource `est` (did you mean `east`?)",
            ),
            (
                "policy.rules.nonsense = 'pass'",
                "5:14: error: models.a.policy.rules.nonsense: no rule has this id (docs/rules.md",
            ),
        ],
    );
    reports(
        "[models.'..']",
        &[("", "4:9: error: models.\"..\".deployment: no deployment can have the name")],
    );
    reports(
        "[routing]",
        &[("default_resource = 'est'", "5:20: error: routing.default_resource: there is no resource")],
    );
    reports(
        "[policy.rules]",
        &[(
            "'drop.temprature' = 'pass'",
            "5:1: error: policy.rules.\"drop.temprature\": no rule has this id (did you mean `drop.temperature`?)",
        )],
    );
    reports("[families.bad]", &[("streaming = 'often'", "5:13: error: families.bad.streaming: ")]);
}

#[test]
fn wrong_values_of_a_key() {
    let (short, long, letters) = (HASH.replacen('f', "", 1), format!("{HASH}00"), "é".repeat(64));
    for digits in ["hunter2", &short, &long, &letters] {
        let line = format!("sha256 = '{digits}'");
        reports("[keys.a]", &[(&line, "5:10: error: keys.a.sha256: not 64 hex digits")]);
    }
    let empty = format!("sha256 = '{}'", keys::HASH_OF_EMPTY);
    let twice = format!("sha256 = '{HASH}'\n[keys.b]\nsha256 = '{}'", HASH.to_uppercase());
    let never = format!("requests_per_minute = 0\nsha256 = '{HASH}'");
    reports(
        "[keys.a]",
        &[
            (&empty, "5:10: error: keys.a.sha256: the hash of an empty key"),
            ("", "4:7: error: keys.a.sha256: missing"),
            (&twice, "7:10: error: keys.b.sha256: the same key as keys.a"),
            (&never, "5:23: error: keys.a.requests_per_minute: must not be 0"),
        ],
    );
}

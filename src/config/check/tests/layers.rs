//! Which source of a config takes precedence.

use super::*;

#[test]
fn variables_override_the_file_and_flags_override_variables() {
    let listens = |case: Case| case.settings().listen.port();
    let text = "[server]\nlisten = '127.0.0.1:1'";
    assert_eq!(listens(with_east(text)), 1);
    let with_variable = || with_east(text).variable("AZGATE_SERVER__LISTEN", "127.0.0.1:2");
    assert_eq!(listens(with_variable()), 2);
    assert_eq!(listens(with_variable().flag(&["server", "listen"], "127.0.0.1:3")), 3);
    let problems = with_variable().flag(&["server", "listen"], "nowhere").problems();
    assert!(problems[0].starts_with("--listen: error: server.listen: not an address"), "{problems:#?}");
}

#[test]
fn a_variable_has_the_type_of_its_key() {
    let settings = with_east("[models.\"gpt-4.1\"]")
        .variable("AZGATE_MODELS__GPT_4_1__DEPLOYMENT", "007")
        .variable("AZGATE_MODELS__GPT_4_1__REQUESTS_PER_MINUTE", "60")
        .variable("AZGATE_MODELS__NEW__MARKDOWN", "true")
        .variable("AZGATE_LOG__LEVEL", "")
        .settings();
    assert_eq!(settings.models[0].deployment, "007");
    assert_eq!(settings.models[0].requests_per_minute.map(NonZeroU32::get), Some(60));
    assert_eq!((settings.models[1].alias.as_str(), settings.models[1].options.markdown), ("new", true));
    assert_eq!(settings.log.level, "info");
}

#[test]
fn a_problem_with_a_variable_names_the_variable() {
    let problems = with_east("")
        .variable("AZGATE_SERVER__DRAIN_SECONDS", "hunter2")
        .variable("AZGATE_RESOURCES__EAST__API_KEY", "hunter2")
        .variable("AZGATE_RESOURCES__WEST__ENDPOINT", "hunter2")
        .problems();
    assert_eq!(problems.len(), 5, "{problems:#?}");
    assert!(problems[0].contains("routing.default_resource"), "{problems:#?}");
    for (problem, start) in problems[1..].iter().zip([
        "AZGATE_RESOURCES__EAST__API_KEY: error: resources.east.api_key: not the place of a secret",
        "AZGATE_RESOURCES__WEST__ENDPOINT: error: resources.west.api_key: missing",
        "AZGATE_RESOURCES__WEST__ENDPOINT: error: resources.west.endpoint: not a URL",
        "AZGATE_SERVER__DRAIN_SECONDS: error: server.drain_seconds: not a whole number",
    ]) {
        assert!(problem.starts_with(start), "{problems:#?}");
    }
}

#[test]
fn unknown_variables_give_one_warning() {
    let case = with_east("")
        .variable("AZGATE_PORT", "tcp://10.0.0.1:80")
        .variable("AZGATE_SERVICE_HOST", "10.0.0.1")
        .variable("AZGATE_FOO__BAR", "x")
        .variable("AZGATE_SERVER", "x")
        .variable("AZGATE_CONFIG", "azgate.toml");
    let [others, server] = &*case.problems() else { panic!("{:?}", case.problems()) };
    assert_eq!(
        others,
        "AZGATE_FOO__BAR: warning: not a key of the config, ignored: AZGATE_FOO__BAR, AZGATE_PORT, AZGATE_SERVICE_HOST \
         (keys are spelled AZGATE_SECTION__KEY, such as AZGATE_SERVER__LISTEN)"
    );
    assert!(server.contains("(did you mean `AZGATE_SERVER__"), "{server}");
    assert!(case.checked().settings.is_some());
}

#[test]
fn two_variables_of_the_azure_sdks_are_a_config() {
    let account = || {
        none()
            .variable("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com/openai/v1/")
            .variable("AZURE_OPENAI_API_KEY", "hunter2")
    };
    let settings = account().settings();
    let resource = &settings.resources[0];
    assert_eq!(
        (resource.name.as_str(), resource.endpoint.as_str()),
        ("default", "https://x.openai.azure.com")
    );
    assert_eq!(resource.surface, crate::call::Surface::V1);
    assert_eq!(
        (settings.unknown_models, settings.default_resource),
        (schema::UnknownModels::Forward, Some(0))
    );
    let surface = |version| {
        account().variable("OPENAI_API_VERSION", version).settings().resources[0].surface.to_string()
    };
    assert_eq!((surface("2024-10-21"), surface("preview")), ("2024-10-21".to_owned(), "v1".to_owned()));
    assert!(
        account().variable("OPENAI_API_VERSION", "soon").problems()[0]
            .starts_with("OPENAI_API_VERSION: error: ")
    );
}

#[test]
fn configured_resources_override_the_variables_of_the_azure_sdks() {
    let settings = with_east("").variable("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com").settings();
    assert_eq!(settings.resources.len(), 1);
    assert_eq!(settings.resources[0].name, "east");
}

#[test]
fn an_empty_config_says_what_to_configure() {
    assert_eq!(
        none().problems(),
        [
            "config: error: resources: there is no Azure resource to forward to (add [resources.NAME] with endpoint and \
          api_key, or set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY)"
        ]
    );
    let problems = none().variable("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com").problems();
    assert_eq!(problems.len(), 1);
    let start = "AZURE_OPENAI_API_KEY: error: resources.default.api_key: the variable AZURE_OPENAI_API_KEY is not set";
    assert!(problems[0].starts_with(start), "{problems:#?}");
}

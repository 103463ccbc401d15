//! What a config without problems means.

use super::*;
use crate::translate::{self, TargetOptions};

#[test]
fn a_secret_is_read_from_a_variable_or_a_file() {
    use secrecy::ExposeSecret;
    let west = "[resources.west]\nendpoint = 'https://w.example'\napi_key = { file = '/run/key' }\n\
                ca_file = '/run/ca.pem'\n";
    let settings = with_east(&format!("{west}[routing]\ndefault_resource = 'west'")).settings();
    let secrets: Vec<&str> =
        settings.resources.iter().map(|resource| resource.secret.expose_secret()).collect();
    assert_eq!(secrets, ["hunter2", "from-a-file"]);
    assert_eq!(settings.default_resource, Some(1));
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn anonymous_callers_are_served_if_the_config_allows_it() {
    let settings = with_east("[server]\nlisten = '0.0.0.0:80'\nallow_anonymous = true").settings();
    assert_eq!(settings.listen, "0.0.0.0:80".parse().unwrap());
    assert!(settings.allow_anonymous);
}

#[test]
fn absent_keys_have_their_defaults() {
    let settings = with_east("").settings();
    assert_eq!(settings.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(settings.admin, None);
    assert_eq!(settings.max_body_bytes, 33_554_432);
    assert_eq!((settings.drain.as_secs(), settings.header_timeout.as_secs()), (25, 75));
    assert_eq!(settings.unknown_models, schema::UnknownModels::Forward);
    assert_eq!(settings.default_resource, Some(0));
    assert_eq!(settings.log, LogSettings { level: "info".to_owned(), format: schema::LogFormat::Auto });
    let resource = &settings.resources[0];
    assert_eq!(
        (resource.name.as_str(), resource.endpoint.as_str()),
        ("east", "https://east.openai.azure.com")
    );
    assert_eq!((resource.surface.to_string().as_str(), resource.http2), ("v1", false));
    assert_eq!(with_east("[admin]").settings().admin, Some("127.0.0.1:9090".parse().unwrap()));
}

#[test]
fn a_listed_model_has_its_values_and_other_models_are_refused() {
    let settings = with_east(&format!(
        "[models.fast]\ndeployment = 'd1'\nmodel = 'o1-preview'\nfamily = 'mine'\nmarkdown = true\n\
         reasoning_reserve = 500\nrequests_per_minute = 7\nnormalize_stream = false\ncollect = true\n\
         policy = {{ lossy = 'refuse', rules = {{ 'drop.temperature' = 'pass' }} }}\n\
         [families.mine]\ninherits = 'gpt-4.1'\n[keys.me]\nsha256 = '{HASH}'"
    ))
    .settings();
    assert_eq!(settings.unknown_models, schema::UnknownModels::Refuse);
    let model = &settings.models[0];
    assert_eq!((model.alias.as_str(), model.deployment.as_str(), model.resource), ("fast", "d1", 0));
    assert_eq!((model.model.as_deref(), model.family.as_deref()), (Some("o1-preview"), Some("mine")));
    let options = TargetOptions {
        markdown: true,
        reasoning_reserve: 500,
        normalize_stream: Some(false),
        collect: true,
        ..TargetOptions::default()
    };
    assert_eq!(model.options, options);
    assert_eq!(model.requests_per_minute.map(NonZeroU32::get), Some(7));
    assert_eq!(model.policy.lossy, Some(translate::Lossy::Refuse));
    assert_eq!(model.policy.rules["drop.temperature"], translate::Action::Pass);
    assert!(settings.catalog.family("mine").is_some());
    assert_eq!((settings.keys[0].sha256[0], settings.keys[0].sha256[31]), (0xf5, 0xc7));
}

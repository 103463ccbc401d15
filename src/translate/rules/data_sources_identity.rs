//! A data source of On Your Data that Azure opens with the resource's own identity. That identity may be allowed to
//! read what the caller may not, so the config has to say for which models callers may use it.

use super::rule::{BOTH, Rule};
use crate::{
    call::Refusal,
    json::{Kind, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.data_sources_identity"],
    summary: "A data source that authenticates with the resource's managed identity is refused, unless the model has \
              data_sources_identity = true.",
    on: BOTH,
    run,
};

/// The kinds of authentication for which the caller sends a secret of its own (Azure's reference of On Your Data:
/// `OnYourDataAuthenticationOptions`). All other kinds use the identity of the resource.
const OWN_SECRET: [&str; 6] = [
    "api_key",
    "access_token",
    "key_and_key_id",
    "connection_string",
    "encoded_api_key",
    "username_and_password",
];

/// How deep `authentication` can lie in a data source, and how deep azgate looks for it.
const DEPTH: u32 = 8;

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.target.options.data_sources_identity {
        return Ok(());
    }
    // Of several members with the same key Azure reads one, and which one is not known. So all are looked at, as sent.
    let members = draft.call.body.root().members();
    let mut sources = members.filter(|(key, _)| matches!(&**key, "data_sources" | "dataSources"));
    if sources.any(|(_, sources)| uses_identity(sources)) {
        let why = "it authenticates with the managed identity of the Azure resource, which callers of this model may \
                   not use: send a key of your own, or ask the operator of azgate to set data_sources_identity = true \
                   for the model";
        draft.refuse_outright("refuse.data_sources_identity", "data_sources", why)?;
    }
    Ok(())
}

/// Returns whether any source authenticates with the resource's identity, or has too many values to be sure.
fn uses_identity(sources: View<'_>) -> bool {
    sources.reparse(DEPTH).is_none_or(|sources| search(sources.root()))
}

/// Searches a value for an `authentication` without a secret of the caller's.
fn search(value: View<'_>) -> bool {
    if value.is_opaque() {
        // Authentication does not lie so deep.
        return false;
    }
    let in_members = value
        .members()
        .any(|(key, member)| if key == "authentication" { !is_own(member) } else { search(member) });
    in_members || value.items().any(search)
}

/// Returns whether every `type` of an authentication is one with a secret of the caller's.
fn is_own(authentication: View<'_>) -> bool {
    let mut kinds =
        authentication.members().filter(|(key, _)| key == "type").map(|(_, kind)| kind).peekable();
    authentication.kind() == Kind::Object
        && kinds.peek().is_some()
        && kinds.all(|kind| kind.text().is_some_and(|kind| OWN_SECRET.contains(&&*kind)))
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Policy, Target, TargetOptions,
        rules::testing::{refused, send, sent, target},
    };

    fn sources(authentication: &str) -> String {
        format!(r#"{{"data_sources":[{{"type":"azure_search","parameters":{{{authentication}}}}}]}}"#)
    }

    #[test]
    fn the_resources_identity_is_refused_wherever_it_stands() {
        for authentication in [
            r#""authentication":{"type":"system_assigned_managed_identity"}"#,
            r#""authentication":{"type":"user_assigned_managed_identity","managed_identity_resource_id":"m"}"#,
            r#""authentication":{"type":"api_key","type":"system_assigned_managed_identity"}"#,
            r#""authentication":{"type":"api_key"},"authentication":{"type":"system_assigned_managed_identity"}"#,
            r#""authenticatio\u006e":{"type":"system_assigned_managed_identity"}"#,
            r#""authentication":{"type":"System_Assigned_Managed_Identity"}"#,
            r#""authentication":{}"#,
            r#""authentication":null"#,
            r#""authentication":"system_assigned_managed_identity""#,
            r#""embedding_dependency":{"type":"endpoint","authentication":{"type":"system_assigned_managed_identity"}}"#,
        ] {
            for family in ["gpt-4.1", "unknown"] {
                let refusal = refused(family, "v1", &sources(authentication));
                assert_eq!(&*refusal.rule, "refuse.data_sources_identity", "{authentication}");
            }
        }
        let single = r#"{"data_sources":{"parameters":{"authentication":{"type":"system_assigned_managed_identity"}}}}"#;
        assert_eq!(refused("gpt-4.1", "v1", single).param, "data_sources");
    }

    #[test]
    fn a_secret_of_the_callers_own_passes() {
        for authentication in [
            r#""authentication":{"type":"api_key","key":"k"}"#,
            r#""authentication":{"type":"access_token","access_token":"t"}"#,
            r#""endpoint":"https://s.example""#,
        ] {
            let body = sources(authentication);
            assert_eq!(sent("gpt-4.1", "v1", &body), (body.clone(), "none".to_owned()));
        }
    }

    #[test]
    fn a_model_may_allow_the_identity() {
        let options = TargetOptions { data_sources_identity: true, ..TargetOptions::default() };
        let target = Target { options, ..target("gpt-4.1", "v1") };
        let body = sources(r#""authentication":{"type":"system_assigned_managed_identity"}"#);
        assert_eq!(send(&target, &body, &Policy::default()).unwrap().body, body);
    }
}

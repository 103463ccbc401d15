//! The table of families: one line each, with everything but the parameters.

use super::markdown::{codes, keywords, line, unstated};
use crate::{
    call::Dialect,
    catalog::{
        capabilities::{Functions, TokenLimits},
        keyword::Keyword,
        profile::Profile,
        registry::Catalog,
        scalar::Scalar,
    },
};

const COLUMNS: [&str; 16] = [
    "Family",
    "Models",
    "Operations",
    "Stream",
    "Instructions",
    "Cap",
    "Oldest api-version",
    "Context",
    "Efforts",
    "Tools with effort",
    "Reasoning taken back",
    "Legacy functions",
    "Custom tools",
    "Content",
    "Retires",
    "Source",
];

/// Returns the table of all families.
pub(super) fn facts(catalog: &Catalog) -> String {
    let mut table = line(&COLUMNS.map(str::to_owned));
    table.push_str(&line(&COLUMNS.map(|_| "---".to_owned())));
    for family in catalog.families() {
        table.push_str(&line(&[
            format!("`{}`", family.name),
            codes(family.models.iter().map(String::as_str)),
            keywords(&family.dialects),
            family.streaming.keyword().to_owned(),
            family.system_role.keyword().to_owned(),
            cap(family),
            family.min_api_version.as_ref().map_or_else(unstated, ToString::to_string),
            token_limits(family.context),
            efforts(family),
            family.tools_with_effort.keyword().to_owned(),
            family.replayed_reasoning.keyword().to_owned(),
            if family.functions == Functions::Legacy { "taken" } else { "become tools" }.to_owned(),
            custom_tools(family),
            family.modalities.as_deref().map_or_else(unstated, keywords),
            retirement(family),
            family.source.clone(),
        ]));
    }
    table
}

fn cap(family: &Profile) -> String {
    if !family.serves(Dialect::Chat) {
        return "`max_output_tokens`".to_owned();
    }
    let renamed = |id: &str| family.rows(Dialect::Chat).iter().any(|row| &*row.id == id);
    if renamed("rename.max_tokens") {
        "`max_completion_tokens`".to_owned()
    } else if renamed("rename.max_completion_tokens") {
        "`max_tokens`".to_owned()
    } else {
        "both".to_owned()
    }
}

fn token_limits(TokenLimits { window, input, output }: TokenLimits) -> String {
    if window.or(input).or(output).is_none() {
        return unstated();
    }
    let shown = |limit: Option<u64>| limit.map_or_else(unstated, |limit| limit.to_string());
    format!("{} / {} / {}", shown(window), shown(input), shown(output))
}

fn efforts(family: &Profile) -> String {
    let Some(efforts) = &family.efforts else { return unstated() };
    if efforts.is_empty() {
        return "none taken".to_owned();
    }
    let default = family.default(Dialect::Chat, "reasoning_effort");
    let shown = efforts.iter().map(|effort| match default {
        Some(Scalar::Text(default)) if default == effort.name() => format!("**{default}**"),
        _ => effort.name().to_owned(),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = family.efforts(Dialect::Responses).unwrap_or_default().iter();
    let more: Vec<&str> =
        more.filter(|effort| !efforts.contains(effort)).map(|effort| effort.name()).collect();
    if more.is_empty() { shown } else { format!("{shown} + {}", more.join(", ")) }
}

fn retirement(family: &Profile) -> String {
    let instead = family.replaced_by.as_ref().map(|model| format!(" → `{model}`"));
    let date = family.retires.clone().unwrap_or_else(unstated);
    format!("{date}{}", instead.unwrap_or_default())
}

fn custom_tools(family: &Profile) -> String {
    if family.custom_tools { "taken" } else { "refused" }.to_owned()
}

//! The base model behind `[models.NAME]`: whether the catalog knows it, and whether Azure still serves it.

use super::checker::Checker;
use crate::{
    catalog::{Catalog, did_you_mean},
    config::{KeyPath, schema::ModelConfig, suggest::shortened},
};

impl Checker<'_> {
    /// Reports a model that is in no catalog, and one that Azure has retired. Both are warnings: a model can be newer
    /// than the catalog, and a sovereign cloud can serve one for longer.
    pub(super) fn served_model(
        &mut self,
        table: &KeyPath,
        (model, deployment): (&ModelConfig, &str),
        catalog: &Catalog,
    ) {
        let (at, name) = match &model.model {
            Some(name) => (table.child("model"), name.as_str()),
            None => (table.child("deployment"), deployment),
        };
        if catalog.by_model(name).is_some() {
            self.retirement(&at, name, catalog);
        } else if model.family.is_none() && self.is_as_written(&at) {
            self.unknown_model(&at, name, model.model.is_some(), catalog);
        }
    }

    /// Reports a name that no family has. A deployment may have any name, so its name is reported only if it resembles
    /// that of a model.
    fn unknown_model(&mut self, at: &KeyPath, name: &str, is_declared: bool, catalog: &Catalog) {
        let shown = shortened(name);
        match catalog.nearest(name) {
            None if !is_declared => {}
            Some(nearest) if !is_declared => {
                let message = format!("the deployment's name `{shown}` does not tell its model");
                let remedy = format!("write `model = \"{nearest}\"` if that is what was deployed");
                self.findings.value_warning(at, message, remedy);
            }
            nearest => {
                let list = "calls go up as they are; if the model is newer than azgate, write the `family` that is most \
                            like it, from `azgate catalog list`";
                let remedy = nearest.map_or_else(|| list.to_owned(), did_you_mean);
                self.findings.value_warning(at, format!("the catalog has no model `{shown}`"), remedy);
            }
        }
    }

    /// Reports a model that Azure has retired.
    fn retirement(&mut self, at: &KeyPath, name: &str, catalog: &Catalog) {
        let (Some(today), Some(family)) = (self.context.today, catalog.by_model(name)) else { return };
        // Dates of this form are in the order of their text.
        let Some(date) = family.retires.as_deref().filter(|date| *date <= today) else { return };
        let instead = match &family.replaced_by {
            Some(model) => format!("deploy `{model}` instead"),
            None => "deploy a newer model; `azgate catalog list` shows what is served until when".to_owned(),
        };
        let remedy = format!(
            "{instead}; if Azure still serves yours, write its date as `retires` under families.\"{}\"",
            family.name
        );
        let message = format!("Azure retired the model `{}` on {date}", shortened(name));
        self.findings.value_warning(at, message, remedy);
    }
}

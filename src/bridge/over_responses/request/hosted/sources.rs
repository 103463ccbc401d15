//! Data sources that are file search under another name, with the options that clients of On Your Data know.

use std::ops::RangeInclusive;

use super::super::object::{Member, members};
use crate::{
    bridge::{Loss, Unbridgeable, require::refuse, values::type_of},
    json::{Kind, Pointer, Raw, View},
};

/// The options that file search has.
const OPTIONS: [&str; 3] = [MOST, "ranking_options", "filters"];
/// The option for the greatest number of results.
const MOST: &str = "max_num_results";
/// The same option of On Your Data.
const TOP: &str = "top_n_documents";
/// How many results file search gives (OpenAI's API description, `FileSearchTool`).
const RESULTS: RangeInclusive<u64> = 1..=50;

/// An option of file search that a data source sets.
#[derive(Debug)]
pub(super) struct SearchOption {
    pub(super) key: &'static str,
    pub(super) value: Raw,
    /// Its place in the call.
    pub(super) at: Pointer,
}

impl SearchOption {
    /// Returns the loss if the tool sets the option already.
    pub(super) fn overridden(self) -> Loss {
        let why = format!("`{}` of file_search is set in another place too, and that value counts", self.key);
        Loss { rule: "drop.data_sources", at: self.at, why: why.into(), same: false }
    }
}

/// What the data sources ask of a file search.
#[derive(Debug, Default)]
pub(super) struct FileSearchSources<'a> {
    /// The ids of vector stores: each value is an id or an array of ids.
    pub(super) stores: Vec<View<'a>>,
    /// The options, those under a name of On Your Data last.
    pub(super) options: Vec<SearchOption>,
    /// What file search has no option for.
    pub(super) losses: Vec<Loss>,
}

impl<'a> FileSearchSources<'a> {
    pub(super) fn read(root: View<'a>) -> Result<FileSearchSources<'a>, Unbridgeable> {
        let mut read = FileSearchSources::default();
        let mut renamed = Vec::new();
        for (index, source) in sources(root) {
            let at = Pointer::key("data_sources").item(index);
            for member in members(source).iter().filter(|member| member.key != "type") {
                let at = at.clone().then(member.key.clone().into_owned());
                if member.key != "parameters" || member.value.kind() != Kind::Object {
                    read.losses.push(lost(at));
                    continue;
                }
                for parameter in members(member.value) {
                    let at = at.clone().then(parameter.key.clone().into_owned());
                    renamed.extend(read.parameter(&parameter, at)?);
                }
            }
        }
        read.options.extend(renamed);
        Ok(read)
    }

    /// Records a parameter. Returns it instead if it has another name in file search.
    fn parameter(
        &mut self,
        parameter: &Member<'a>,
        at: Pointer,
    ) -> Result<Option<SearchOption>, Unbridgeable> {
        let Member { key, value } = parameter;
        match &**key {
            "vector_store_id" | "vector_store_ids" => self.stores.push(*value),
            // Without the filter the model would see what the caller keeps from it.
            "filter" => {
                let why = "On Your Data's filters are in the syntax of its search service; file_search takes `filters` on \
                           the attributes of its files";
                return refuse(&at, why);
            }
            TOP if let Some(top) = value.whole() => {
                let most = top.clamp(*RESULTS.start(), *RESULTS.end());
                if most != top {
                    let why = format!("file_search gives from 1 to 50 results, so this is {most}").into();
                    let rule = "clamp.max_num_results";
                    self.losses.push(Loss { rule, at: at.clone(), why, same: false });
                }
                return Ok(Some(SearchOption { key: MOST, value: Raw::json(most.to_string()), at }));
            }
            key => match OPTIONS.into_iter().find(|option| *option == key) {
                Some(key) => self.options.push(SearchOption { key, value: Raw::source(value.span()), at }),
                None => self.losses.push(lost(at)),
            },
        }
        Ok(None)
    }
}

fn lost(at: Pointer) -> Loss {
    let why = "the tool file_search, which this data source is, has no such option".into();
    Loss { rule: "drop.data_sources", at, why, same: false }
}

/// Returns whether a data source is the tool under another name, and not one of Azure's.
pub(super) fn is_file_search(source: View<'_>) -> bool {
    type_of(source).as_deref() == Some("file_search")
}

/// Returns the data sources that are file search, with their indices.
pub(super) fn sources(root: View<'_>) -> impl Iterator<Item = (usize, View<'_>)> {
    let sources = root.get("data_sources").into_iter().flat_map(View::items);
    sources.enumerate().filter(|(_, source)| is_file_search(*source))
}

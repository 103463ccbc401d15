//! Which source file imports which: read from the `use` items and paths of the source. Test code is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, Item, UseTree,
    visit::{self, Visit},
};

/// A module, as the names that lead to it from the crate.
type Module = Vec<String>;

/// The files that each file imports.
pub(crate) type Imports = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// A name that a `use` item brings into a module.
struct Import {
    name: String,
    path: Vec<String>,
    /// Others can import the name from this module.
    exported: bool,
}

#[derive(Default)]
struct Source {
    file: PathBuf,
    imports: Vec<Import>,
    /// Paths in the code, with two segments or more.
    paths: Vec<Vec<String>>,
}

/// Reads all files of a source folder.
pub(crate) fn imports(source: &Path) -> Imports {
    let mut modules = BTreeMap::new();
    for file in files(source) {
        let module = module(source, &file);
        if module.iter().any(|name| matches!(name.as_str(), "tests" | "testing" | "proptests" | "main")) {
            continue;
        }
        let code = syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap();
        let mut read = Source { file, ..Source::default() };
        read.visit_file(&code);
        modules.insert(module, read);
    }
    let imports = modules.iter().map(|(module, read)| {
        let used = read.imports.iter().filter(|import| !import.exported).map(|import| &import.path);
        let targets = used.chain(&read.paths).filter_map(|path| {
            let target = defining(&modules, &absolute(&modules, module, path)?, 0)?;
            (target != *module).then(|| modules[&target].file.clone())
        });
        (read.file.clone(), targets.collect())
    });
    imports.collect()
}

/// Every `.rs` file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// The groups of files that import each other, directly or over others.
pub(crate) fn circles(imports: &Imports) -> Vec<Vec<&PathBuf>> {
    let reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> =
        imports.keys().map(|file| (file, reached(imports, file))).collect();
    let mut circles: Vec<Vec<&PathBuf>> = Vec::new();
    for file in imports.keys().filter(|file| reached[file].contains(file)) {
        if circles.iter().any(|circle| circle.contains(&file)) {
            continue;
        }
        let circle =
            imports.keys().filter(|other| reached[file].contains(other) && reached[other].contains(file));
        circles.push(circle.collect());
    }
    circles
}

/// The files that a file imports, directly or over others.
fn reached<'i>(imports: &'i Imports, file: &PathBuf) -> BTreeSet<&'i PathBuf> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&PathBuf> = imports[file].iter().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(&imports[next]);
        }
    }
    reached
}

fn module(source: &Path, file: &Path) -> Module {
    let inside = file.strip_prefix(source).unwrap().with_extension("");
    let mut module: Module = inside.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

/// A path from the crate, of a path as a module writes it; `None` where it leads out of the crate.
fn absolute(modules: &BTreeMap<Module, Source>, module: &Module, path: &[String]) -> Option<Vec<String>> {
    let mut base = module.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Module::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|name| name == "super") {
                base.pop()?;
                rest = &rest[1..];
            }
        }
        first => {
            let child = [base.as_slice(), &[first.to_owned()]].concat();
            if !modules.contains_key(&child) {
                // A name that was imported, such as that of a module.
                let import = modules[module].imports.iter().find(|import| import.name == *first)?;
                let head = absolute(modules, module, &import.path).filter(|_| import.path[0] != *first)?;
                return Some([&head, &path[1..]].concat());
            }
        }
    }
    Some([base.as_slice(), rest].concat())
}

/// The module in whose file the item at a path is defined. Names that a module has imported lead on.
fn defining(modules: &BTreeMap<Module, Source>, path: &[String], depth: usize) -> Option<Module> {
    let length = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
    let (module, rest) = path.split_at(length);
    let module = module.to_vec();
    let import = rest.first().and_then(|name| modules[&module].imports.iter().find(|one| one.name == *name));
    if let Some(import) = import.filter(|_| depth < 10)
        && let Some(further) = absolute(modules, &module, &import.path)
    {
        return defining(modules, &[&further, &rest[1..]].concat(), depth + 1);
    }
    Some(module)
}

impl<'a> Visit<'a> for Source {
    fn visit_item(&mut self, item: &'a Item) {
        let (attributes, exported): (&[Attribute], bool) = match item {
            Item::Use(item) => (&item.attrs, !matches!(item.vis, syn::Visibility::Inherited)),
            Item::Mod(item) => (&item.attrs, false),
            Item::Fn(item) => (&item.attrs, false),
            Item::Impl(item) => (&item.attrs, false),
            _ => (&[], false),
        };
        if attributes.iter().any(is_for_tests) {
            return;
        }
        match item {
            Item::Use(item) => self.tree(&item.tree, &mut Vec::new(), exported),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.paths.push(names);
        }
        visit::visit_path(self, path);
    }
}

impl Source {
    fn tree(&mut self, tree: &UseTree, path: &mut Vec<String>, exported: bool) {
        let mut import = |name: String, last: Option<String>| {
            let path = path.iter().cloned().chain(last).collect();
            self.imports.push(Import { name, path, exported });
        };
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.tree(&part.tree, path, exported);
                path.pop();
            }
            UseTree::Name(name) if name.ident == "self" => import(path.last().unwrap().clone(), None),
            UseTree::Name(name) => import(name.ident.to_string(), Some(name.ident.to_string())),
            UseTree::Rename(rename) => import(rename.rename.to_string(), Some(rename.ident.to_string())),
            UseTree::Glob(_) => import("*".to_owned(), None),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, path, exported);
                }
            }
        }
    }
}

/// Whether an attribute is `#[cfg(test)]`.
fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
}

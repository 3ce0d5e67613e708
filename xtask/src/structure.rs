//! The structure of a crate's source folder: its rooms, the arrows between them, and circles.
//!
//! A *room* is a top-level module: a folder or a file directly under `src`. An *arrow* is a dependency of one room on
//! another: a file in the first names the second in a `use` or a path outside `#[cfg(test)]`. Re-exports of a module's
//! own children do not count. A *circle* is a group of modules in one folder, or of files, that depend on each
//! other. A file and its parent module may depend on each other; they are not a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The room of `lib.rs` and `main.rs`.
const ROOT: &str = "(root)";

/// A module's path inside its crate; the root's is empty.
type ModulePath = Vec<String>;

/// What one crate's source folder looks like.
#[derive(Debug, Default)]
pub struct Structure {
    /// The entries directly under `src`.
    pub rooms: BTreeSet<String>,
    /// The pairs of rooms (A, B) such that A names B.
    pub arrows: BTreeSet<(String, String)>,
    /// The pairs of folders (A, B), at any depth, such that A names B.
    pub folder_arrows: BTreeSet<(String, String)>,
    /// The folders that contain a source file.
    pub folders: BTreeSet<String>,
    /// Modules of one folder that depend on each other.
    pub module_circles: Vec<Vec<String>>,
    /// Files that depend on each other, except for a file and its parent module.
    pub file_circles: Vec<Vec<String>>,
    /// Files that refer to an item through the crate root, each with that item.
    pub root_imports: BTreeSet<(String, String)>,
    /// For each file, the modules that it names.
    names: BTreeMap<ModulePath, BTreeSet<ModulePath>>,
}

impl Structure {
    /// Returns the files that name the module `path` or anything in it from outside.
    #[must_use]
    pub fn users_of(&self, path: &[&str]) -> Vec<String> {
        let inside = |module: &ModulePath| {
            module.len() >= path.len() && module.iter().zip(path).all(|(a, b)| a == b)
        };
        let users = self.names.iter().filter(|(file, _)| !inside(file));
        users.filter(|(_, named)| named.iter().any(inside)).map(|(file, _)| display(file)).collect()
    }

    /// Returns the report that `cargo xtask tidy --structure` prints for one crate.
    #[must_use]
    pub fn report(&self, name: &str, detailed: bool) -> String {
        let mut text = format!(
            "{name}: {} rooms, {} arrows; {} folders, {} arrows between folders; {} circles\n",
            self.rooms.len(),
            self.arrows.len(),
            self.folders.len(),
            self.folder_arrows.len(),
            self.module_circles.len() + self.file_circles.len(),
        );
        if detailed {
            for room in &self.rooms {
                let to: Vec<_> = self.arrows.iter().filter(|(from, _)| from == room).collect();
                let to: Vec<_> = to.iter().map(|(_, to)| to.as_str()).collect();
                text += &format!("  {room} -> {}\n", to.join(", "));
            }
            for (file, item) in &self.root_imports {
                text += &format!("  root import: {file} names crate::{item}\n");
            }
        }
        for circle in &self.module_circles {
            text += &format!("  circle of modules: {}\n", circle.join(", "));
        }
        for circle in &self.file_circles {
            text += &format!("  circle of files: {}\n", circle.join(", "));
        }
        text
    }
}

/// Reads a crate's `src` folder.
///
/// # Errors
///
/// A file cannot be read or is not Rust.
pub fn read(src: &Path) -> io::Result<Structure> {
    let files = source_files(src)?;
    let modules: BTreeSet<ModulePath> = files.keys().cloned().collect();
    let mut parsed = BTreeMap::new();
    let mut test_modules = BTreeSet::new();
    for (module, path) in &files {
        let text = std::fs::read_to_string(path)?;
        let file = syn::parse_file(&text)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        for item in &file.items {
            if let syn::Item::Mod(child) = item
                && child.content.is_none()
                && is_test(&child.attrs)
            {
                let mut path = module.clone();
                path.push(child.ident.to_string());
                test_modules.insert(path);
            }
        }
        parsed.insert(module.clone(), file);
    }
    let is_in_tests =
        |module: &ModulePath| test_modules.iter().any(|test| module.starts_with(test));
    parsed.retain(|module, _| !is_in_tests(module));

    let exported = parsed
        .get(&ModulePath::new())
        .map(|root| exported_names(root, &modules))
        .unwrap_or_default();
    let mut structure = Structure::default();
    for (module, file) in &parsed {
        let mut collector =
            Collector { modules: &modules, module: module.clone(), found: Vec::new() };
        collector.visit_file(file);
        let named = structure.names.entry(module.clone()).or_default();
        for Named { target, item } in collector.found {
            if target == *module || is_in_tests(&target) {
                continue;
            }
            match item.filter(|_| target.is_empty()).and_then(|item| exported.get_key_value(&item))
            {
                // The item is defined in a module that the root re-exports it from.
                Some((item, source)) => {
                    structure.root_imports.insert((display(module), item.clone()));
                    if source != module {
                        named.insert(source.clone());
                    }
                }
                None => drop(named.insert(target)),
            }
        }
    }
    for (module, named) in &structure.names {
        let room = room(module);
        structure.rooms.insert(room.clone());
        let folder = folder(&files[module], src);
        structure.folders.insert(folder.clone());
        for target in named {
            let to = self::room(target);
            if to != room {
                structure.arrows.insert((room.clone(), to));
            }
            let to = self::folder(&files[target], src);
            if to != folder {
                structure.folder_arrows.insert((folder.clone(), to));
            }
        }
    }
    structure.module_circles = module_circles(&structure.names);
    structure.file_circles = file_circles(&structure.names);
    Ok(structure)
}

fn display(module: &ModulePath) -> String {
    if module.is_empty() { ROOT.to_owned() } else { module.join("/") }
}

fn room(module: &ModulePath) -> String {
    module.first().cloned().unwrap_or_else(|| ROOT.to_owned())
}

fn folder(file: &Path, src: &Path) -> String {
    let folder = file.parent().and_then(|folder| folder.strip_prefix(src).ok());
    let text = folder.map(|folder| folder.display().to_string()).unwrap_or_default();
    if text.is_empty() { ROOT.to_owned() } else { text }
}

/// Every source file with its module path. Programs under `bin` and `main.rs` are crates of their own.
fn source_files(src: &Path) -> io::Result<BTreeMap<ModulePath, PathBuf>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(src.to_owned(), ModulePath::new())];
    while let Some((folder, module)) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let stem =
                path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            let mut child = module.clone();
            if path.is_dir() {
                if !(module.is_empty() && stem == "bin") {
                    child.push(stem);
                    folders.push((path, child));
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                match stem.as_str() {
                    "main" if module.is_empty() && folder.join("lib.rs").exists() => continue,
                    "lib" | "main" if module.is_empty() => {}
                    "mod" => {}
                    _ => child.push(stem),
                }
                files.insert(child, path);
            }
        }
    }
    Ok(files)
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// The names that a crate root re-exports, each with the module that it comes from. What the root itself
/// defines is not among them.
fn exported_names(
    root: &syn::File,
    modules: &BTreeSet<ModulePath>,
) -> BTreeMap<String, ModulePath> {
    let mut names = BTreeMap::new();
    for item in &root.items {
        if let syn::Item::Use(item) = item
            && !matches!(item.vis, syn::Visibility::Inherited)
        {
            collect_exports(&item.tree, &mut Vec::new(), modules, &mut names);
        }
    }
    names
}

fn collect_exports(
    tree: &syn::UseTree,
    path: &mut ModulePath,
    modules: &BTreeSet<ModulePath>,
    names: &mut BTreeMap<String, ModulePath>,
) {
    let mut export = |name: &syn::Ident, path: &ModulePath| {
        if modules.contains(path) {
            names.insert(name.to_string(), path.clone());
        }
    };
    match tree {
        syn::UseTree::Path(part) => {
            let is_prefix = part.ident == "crate" || part.ident == "self";
            if !is_prefix {
                path.push(part.ident.to_string());
            }
            collect_exports(&part.tree, path, modules, names);
            if !is_prefix {
                path.pop();
            }
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                collect_exports(tree, path, modules, names);
            }
        }
        syn::UseTree::Name(name) => export(&name.ident, path),
        syn::UseTree::Rename(name) => export(&name.rename, path),
        syn::UseTree::Glob(_) => {}
    }
}

/// A module that a file names; the item after it, if any.
struct Named {
    target: ModulePath,
    item: Option<String>,
}

/// Collects the modules that a file names.
struct Collector<'a> {
    modules: &'a BTreeSet<ModulePath>,
    /// The module in which the visitor is, inline modules included.
    module: ModulePath,
    found: Vec<Named>,
}

impl Collector<'_> {
    /// Resolves a path of names to the innermost module of the crate on it.
    fn name(&mut self, segments: &[String], exports: bool) {
        let mut at = self.module.clone();
        let mut rest = segments;
        match segments.first().map(String::as_str) {
            Some("crate") => {
                at.clear();
                rest = &segments[1..];
            }
            Some("self") => rest = &segments[1..],
            Some("super") => {
                while rest.first().is_some_and(|name| name == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            Some(name) => {
                let mut child = at.clone();
                child.push(name.to_owned());
                if !self.modules.contains(&child) {
                    return;
                }
            }
            None => return,
        }
        let start = at.len();
        for name in rest {
            at.push(name.clone());
            if !self.modules.contains(&at) {
                at.pop();
                break;
            }
        }
        // An inline module belongs to its file.
        while !self.modules.contains(&at) && !at.is_empty() {
            at.pop();
        }
        if exports && at.starts_with(&self.module) {
            return;
        }
        let item = rest.get(at.len().saturating_sub(start)).cloned();
        self.found.push(Named { target: at, item });
    }

    fn use_tree(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>, exports: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.use_tree(&path.tree, prefix, exports);
                prefix.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, prefix, exports);
                }
            }
            syn::UseTree::Name(name) => {
                let mut path = prefix.clone();
                if name.ident != "self" {
                    path.push(name.ident.to_string());
                }
                self.name(&path, exports);
            }
            syn::UseTree::Rename(name) => {
                let mut path = prefix.clone();
                if name.ident != "self" {
                    path.push(name.ident.to_string());
                }
                self.name(&path, exports);
            }
            syn::UseTree::Glob(_) => self.name(&prefix.clone(), exports),
        }
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(item_attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let is_in_test = match item {
            syn::ImplItem::Fn(function) => is_test(&function.attrs),
            _ => false,
        };
        if !is_in_test {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let exports = !matches!(item.vis, syn::Visibility::Inherited);
        self.use_tree(&item.tree, &mut Vec::new(), exports);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
            self.name(&names, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in crate::x)` names nothing that is used.
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

impl Collector<'_> {
    /// Collects the paths among a macro's arguments: names that `::` joins.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        // `$crate` is written for other crates, which see the root only.
        let mut dollar = false;
        for token in tokens {
            let after_dollar = dollar;
            dollar = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '$');
            match token {
                TokenTree::Ident(_) if after_dollar => {
                    self.macro_path(&path);
                    path.clear();
                    colons = 0;
                }
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.macro_path(&path);
                        path.clear();
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    colons = 0;
                    self.tokens(group.stream());
                }
                _ => colons = 0,
            }
        }
        self.macro_path(&path);
    }

    fn macro_path(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.name(path, false);
        }
    }
}

fn item_attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The circles among the children of each folder. A child stands for everything in it.
fn module_circles(names: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<Vec<String>> {
    let mut circles = Vec::new();
    let deepest = names.keys().map(Vec::len).max().unwrap_or_default();
    for depth in 0..deepest {
        let parents: BTreeSet<&[String]> = names
            .keys()
            .filter(|module| module.len() > depth)
            .map(|module| &module[..depth])
            .collect();
        for parent in parents {
            let child = |module: &ModulePath| -> Option<ModulePath> {
                // The crate root file counts as its own module.
                let is_root = parent.is_empty() && module.is_empty();
                let is_inside = module.len() > depth && module.starts_with(parent);
                (is_root || is_inside).then(|| module[..module.len().min(depth + 1)].to_vec())
            };
            let mut graph: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
            for (module, named) in names {
                let Some(from) = child(module) else { continue };
                let to = named.iter().filter_map(child).filter(|to| *to != from);
                graph.entry(from.clone()).or_default().extend(to.collect::<Vec<_>>());
            }
            circles.extend(strong_components(&graph));
        }
    }
    circles
}

/// The circles among files, apart from those of a file and its own parent module.
fn file_circles(names: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<Vec<String>> {
    let graph = names
        .iter()
        .map(|(module, named)| {
            let parent = module.split_last().map(|(_, parent)| parent);
            let others = named.iter().filter(|target| Some(target.as_slice()) != parent);
            (module.clone(), others.cloned().collect())
        })
        .collect();
    strong_components(&graph)
}

/// The groups of two or more nodes that reach each other.
fn strong_components(graph: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<Vec<String>> {
    let reach = |start: &ModulePath| -> BTreeSet<ModulePath> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&ModulePath> = vec![start];
        while let Some(node) = next.pop() {
            for to in graph.get(node).into_iter().flatten() {
                if reached.insert(to.clone()) {
                    next.push(to);
                }
            }
        }
        reached
    };
    let reached: BTreeMap<_, _> = graph.keys().map(|node| (node, reach(node))).collect();
    let mut components = BTreeSet::new();
    for (node, from) in &reached {
        let component: Vec<String> = reached
            .iter()
            .filter(|(other, back)| {
                other == &node
                    || (from.contains::<ModulePath>(other) && back.contains::<ModulePath>(node))
            })
            .map(|(other, _)| display(other))
            .collect();
        if component.len() > 1 {
            components.insert(component);
        }
    }
    components.into_iter().collect()
}

/// Returns a complaint for each circle, each import through a crate's root, and each use of the CLI's commands by
/// another module than `lib.rs`.
///
/// # Errors
///
/// A file cannot be read or is not Rust.
pub fn check(root: &Path) -> io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let structure = read(&folder.join("src"))?;
        for circle in &structure.module_circles {
            complaints.push(format!("{name}: modules depend on each other: {}", circle.join(", ")));
        }
        for circle in &structure.file_circles {
            complaints.push(format!("{name}: files depend on each other: {}", circle.join(", ")));
        }
        for (file, item) in &structure.root_imports {
            complaints.push(format!(
                "{name}: {file} names `crate::{item}`; name it by the module that defines it"
            ));
        }
        for user in structure.users_of(&["commands"]) {
            if user != ROOT {
                complaints.push(format!("{name}: {user} names `commands`; only lib.rs may"));
            }
        }
    }
    complaints.sort();
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Structure, read};

    /// Reads a crate of these files.
    fn structure(files: &[(&str, &str)]) -> Structure {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
            std::fs::write(path, text).unwrap();
        }
        read(folder.path()).unwrap()
    }

    #[test]
    fn arrows_are_counted_once_per_pair_of_rooms() {
        let structure = structure(&[
            ("lib.rs", "mod a; mod b; pub use a::A;"),
            ("a.rs", "pub struct A;"),
            ("b/mod.rs", "mod c; use crate::a::A; fn f() -> crate::a::A { A }"),
            ("b/c.rs", "use crate::a; #[cfg(test)] mod tests { use crate::d::D; }"),
            ("d.rs", "fn f() { println!(\"{:?}\", crate::a::A); }"),
        ]);
        let arrows: Vec<_> = structure.arrows.iter().map(|(a, b)| format!("{a}-{b}")).collect();
        assert_eq!(arrows, ["b-a", "d-a"]);
        assert!(structure.module_circles.is_empty() && structure.file_circles.is_empty());
    }

    #[test]
    fn circles_are_found_except_a_module_and_its_parent() {
        let structure = structure(&[
            ("lib.rs", "mod a; mod b; mod c; pub use b::X; struct C;"),
            ("a.rs", "use crate::b::x::X;"),
            ("b/mod.rs", "mod x; mod y; pub use x::X; struct P(y::Y);"),
            ("b/x.rs", "use super::P; use crate::a;"),
            ("b/y.rs", "use super::P;"),
            ("c.rs", "use crate::{C, X}; macro_rules! m { () => { $crate::X } }"),
        ]);
        assert_eq!(structure.module_circles, [["a", "b"]]);
        assert_eq!(structure.file_circles, [["a", "b/x"]]);
        let root_imports: Vec<_> = structure.root_imports.iter().map(|(_, item)| item).collect();
        assert_eq!(root_imports, ["X"]);
        assert_eq!(structure.users_of(&["a"]), ["b/x"]);
    }
}

//! The crate's source as the rules see it: modules, whom each names, and the texts in it. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A module by its path below the crate: `["app", "findings", "slug"]`.
pub(super) type Name = Vec<String>;

/// One file of `src`.
pub(super) struct Module {
    pub(super) name: Name,
    /// Relative to the package.
    pub(super) file: PathBuf,
    pub(super) lines: usize,
    /// Whether it is compiled for tests only.
    is_test: bool,
    /// Every path that it names, as it is: `["crate", "app", "Facts"]`.
    pub(super) paths: BTreeSet<Vec<String>>,
    /// Every string literal, with its line.
    pub(super) texts: Vec<(usize, String)>,
    /// What it re-exports from its own child modules, by the name that others use.
    exports: BTreeMap<String, Vec<String>>,
}

/// The whole of `src`.
pub(super) struct Source {
    pub(super) modules: BTreeMap<Name, Module>,
}

impl Source {
    /// The source, read once for all tests.
    pub(super) fn get() -> &'static Self {
        static SOURCE: LazyLock<Source> = LazyLock::new(Source::read);
        &SOURCE
    }

    fn read() -> Self {
        let root = package().join("src");
        let mut modules = BTreeMap::new();
        let mut tests: Vec<Name> = Vec::new();
        for path in rust_files(&root).into_iter().filter(|path| !path.ends_with("src/main.rs")) {
            let text = fs::read_to_string(&path).expect("a source file");
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = module_name(path.strip_prefix(&root).expect("below src"));
            let mut reader = Reader::default();
            reader.visit_file(&file);
            tests.extend(reader.tests.iter().map(|child| [&name[..], std::slice::from_ref(child)].concat()));
            let module = Module {
                file: path.strip_prefix(package()).expect("in the package").to_owned(),
                lines: text.lines().count(),
                is_test: false,
                paths: reader.paths,
                texts: reader.texts,
                exports: reader.exports,
                name: name.clone(),
            };
            modules.insert(name, module);
        }
        for module in modules.values_mut() {
            module.is_test = tests.iter().any(|test| module.name.starts_with(test));
        }
        Self { modules }
    }

    /// The modules that are compiled into the program.
    pub(super) fn program(&self) -> impl Iterator<Item = &Module> {
        self.modules.values().filter(|module| !module.is_test)
    }

    /// The modules that another one names, through re-exports too.
    pub(super) fn called(&self, module: &Module) -> BTreeSet<&Name> {
        let targets = module.paths.iter().filter_map(|path| self.target(module, path));
        targets.filter(|target| **target != module.name).collect()
    }

    /// The module that a path leads to; `None` when it leads out of the crate.
    fn target(&self, module: &Module, path: &[String]) -> Option<&Name> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let (base, rest) = match path[0].as_str() {
            "crate" => (&[][..], &path[1..]),
            "self" => (&module.name[..], &path[1..]),
            "super" => (&module.name[..module.name.len().checked_sub(supers)?], &path[supers..]),
            _ => (&module.name[..], path),
        };
        let mut full = [base, rest].concat();
        let is_named = ["crate", "self", "super"].contains(&path[0].as_str());
        if !is_named && !self.modules.contains_key(&full[..=module.name.len()]) {
            return None;
        }
        // A name that a module re-exports belongs to the child that has it.
        for _ in 0..8 {
            let at = (0..=full.len()).rev().find(|at| self.modules.contains_key(&full[..*at]))?;
            let inner_module = &self.modules[&full[..at]];
            match full.get(at).and_then(|name| inner_module.exports.get(name)) {
                Some(target) => {
                    full = [&inner_module.name[..], target, &full[at + 1..]].concat();
                }
                None => return Some(&inner_module.name),
            }
        }
        None
    }
}

/// What is read off one file.
#[derive(Default)]
struct Reader {
    paths: BTreeSet<Vec<String>>,
    texts: Vec<(usize, String)>,
    exports: BTreeMap<String, Vec<String>>,
    tests: Vec<String>,
    /// How many inline modules this is in.
    depth: usize,
}

impl Reader {
    fn add(&mut self, mut path: Vec<String>) {
        // `super` of an inline module is the file's own.
        for _ in 0..self.depth {
            match path.first().map(String::as_str) {
                Some("super") if path.get(1).is_some_and(|next| next == "super") => drop(path.remove(0)),
                Some("super") => "self".clone_into(&mut path[0]),
                _ => break,
            }
        }
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }

    fn add_tree(&mut self, tree: &syn::UseTree, prefix: &[String], is_public: bool) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&path.tree, &with(&path.ident), is_public),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_tree(tree, prefix, is_public));
            }
            syn::UseTree::Name(name) => self.add_use(with(&name.ident), &name.ident.to_string(), is_public),
            syn::UseTree::Rename(name) => {
                self.add_use(with(&name.ident), &name.rename.to_string(), is_public);
            }
            syn::UseTree::Glob(_) => self.add([prefix, &["*".to_owned()]].concat()),
        }
    }

    fn add_use(&mut self, path: Vec<String>, shown: &str, is_public: bool) {
        let is_outside = matches!(path[0].as_str(), "crate" | "super" | "std");
        if is_public && !is_outside && self.depth == 0 {
            let inner = path.iter().skip_while(|part| *part == "self").cloned().collect();
            self.exports.insert(shown.to_owned(), inner);
        }
        self.add(path);
    }

    /// Paths and texts in the arguments of a macro.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.add(std::mem::take(&mut path));
                    colons = 0;
                    match other {
                        TokenTree::Group(group) => self.add_tokens(group.stream()),
                        TokenTree::Literal(literal) => {
                            if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                                self.texts.push((literal.span().start().line, text.value()));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        self.add(path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        } else if let syn::Item::Mod(module) = item
            && module.content.is_none()
        {
            self.tests.push(module.ident.to_string());
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        match item {
            syn::ImplItem::Fn(function) if is_for_tests(&function.attrs) => {}
            _ => visit::visit_impl_item(self, item),
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.depth += usize::from(module.content.is_some());
        visit::visit_item_mod(self, module);
        self.depth -= usize::from(module.content.is_some());
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.add_tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.texts.push((text.span().start().line, text.value()));
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
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

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return attribute.path().is_ident("test") };
        list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

fn module_name(path: &Path) -> Name {
    let mut name: Name =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if name.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        name.pop();
    }
    name
}

/// The Rust files below a folder.
pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// The files below a folder, in the order of their names.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// The folder of the package.
pub(super) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

//! The licences of what is shipped: the crates that are linked into the program, and the npm packages
//! that end in the page. They are read from the packages themselves, without network.
//!
//! A list that cannot be made is empty and says so in the build's output; it never breaks a build.

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap, HashSet, hash_map::DefaultHasher},
    env, fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// What Tomo reads at run time.
const FILE: &str = "licences.json.zst";

/// The level of compression: higher ones save a few kilobytes and cost seconds.
const LEVEL: i32 = 12;

/// What a package's licence files are called.
const NAMES: [&str; 6] = ["license", "licence", "copying", "notice", "copyright", "unlicense"];

/// The compiler of pages is no part of them; of what it needs, only these are.
const SVELTE_AT_RUN_TIME: [&str; 3] = ["clsx", "devalue", "esm-env"];

/// Writes the list to the output folder, unless it is there for these lock files already.
pub fn write(root: &Path) -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let packages = root.join("ui/node_modules");
    let mut hasher = DefaultHasher::new();
    for lock in ["Cargo.lock", "ui/package-lock.json", "src-tauri/build/licences.rs"] {
        println!("cargo:rerun-if-changed={lock}");
        fs::read(root.join(lock)).unwrap_or_default().hash(&mut hasher);
    }
    // A file that is not there would count as changed at every build.
    let installed = packages.join(".package-lock.json");
    if installed.is_file() {
        println!("cargo:rerun-if-changed={}", installed.display());
    }
    packages.is_dir().hash(&mut hasher);
    let stamp = format!("{:016x}", hasher.finish());
    let stamp_file = out.join("licences.stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|made| made == stamp) && out.join(FILE).is_file() {
        return Ok(());
    }
    let mut texts = Texts::default();
    let mut list = crates(root, &mut texts).unwrap_or_else(|| {
        println!(
            "cargo:warning=The licences of the crates are left out: cargo metadata gave none."
        );
        Vec::new()
    });
    if packages.is_dir() {
        list.extend(npm(root, &packages, &mut texts));
    } else {
        println!(
            "cargo:warning=The licences of the page are left out: there is no ui/node_modules."
        );
    }
    lend_texts(&mut list, &texts);
    let json = json!({ "texts": texts.all, "packages": list }).to_string();
    fs::write(out.join(FILE), zstd::encode_all(json.as_bytes(), LEVEL)?)?;
    fs::write(stamp_file, stamp)
}

/// Each text once: most packages bring one of a few.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Texts {
    fn place(&mut self, text: String) -> usize {
        *self.places.entry(text).or_insert_with_key(|text| {
            self.all.push(text.clone());
            self.all.len() - 1
        })
    }

    /// The licence files of a package's folder, and of the folders in it: what a crate brings along
    /// in another language has a licence of its own.
    fn of_folder(&mut self, folder: &Path) -> Vec<usize> {
        let mut files = licence_files(folder);
        let mut inner: Vec<_> = entries(folder).into_iter().filter(|path| path.is_dir()).collect();
        inner.sort();
        files.extend(inner.iter().flat_map(|folder| licence_files(folder)));
        let mut places = Vec::new();
        for file in files {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let place = self.place(text.replace("\r\n", "\n").trim().to_owned());
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn licence_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = entries(folder)
        .into_iter()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let code =
                [".rs", ".js", ".ts", ".json", ".toml"].iter().any(|end| name.ends_with(end));
            !code && NAMES.iter().any(|known| name.starts_with(known)) && path.is_file()
        })
        .collect();
    files.sort();
    files
}

/// The crates that are linked into the program for this target: neither build scripts and macros, nor
/// what only those and the tests use.
fn crates(root: &Path, texts: &mut Texts) -> Option<Vec<Value>> {
    let output = Command::new(env::var_os("CARGO")?)
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform"])
        .arg(env::var("TARGET").ok()?)
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    let by_id = |list: &Value| -> HashMap<String, Value> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|one| Some((one["id"].as_str()?.to_owned(), one.clone()))).collect()
    };
    let (packages, nodes) = (by_id(&metadata["packages"]), by_id(&metadata["resolve"]["nodes"]));
    let start = metadata["resolve"]["root"].as_str()?.to_owned();
    let (mut seen, mut waiting) = (HashSet::from([start.clone()]), vec![start.clone()]);
    let mut found = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        let package = packages.get(&id)?;
        let is_macro = package["targets"]
            .as_array()
            .is_some_and(|targets| targets.iter().any(|target| target["kind"][0] == "proc-macro"));
        if is_macro {
            continue;
        }
        if id != start {
            let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
            let key = (text_of(&package["name"]), text_of(&package["version"]));
            found.insert(
                key,
                entry(
                    package,
                    &package["license"],
                    &package["repository"],
                    texts.of_folder(folder),
                    texts,
                ),
            );
        }
        for needed in nodes.get(&id)?["deps"].as_array().into_iter().flatten() {
            let linked = needed["dep_kinds"]
                .as_array()
                .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()));
            let other = text_of(&needed["pkg"]);
            if linked && seen.insert(other.clone()) {
                waiting.push(other);
            }
        }
    }
    Some(found.into_values().collect())
}

/// The packages that the page is made of: those it depends on, and what they depend on in turn.
fn npm(root: &Path, folder: &Path, texts: &mut Texts) -> Vec<Value> {
    let Some(page) = read(&root.join("ui/package.json")) else { return Vec::new() };
    let mut found = BTreeMap::new();
    let mut waiting = names(&page["dependencies"]);
    waiting.push("svelte".into());
    while let Some(name) = waiting.pop() {
        let folder = folder.join(&name);
        // One that is not installed is an optional one.
        let Some(package) = read(&folder.join("package.json")) else { continue };
        if found.contains_key(&name) {
            continue;
        }
        // What holds the packages of a package says nothing of its own licence.
        let files = licence_files(&folder)
            .into_iter()
            .filter_map(|file| fs::read_to_string(file).ok())
            .map(|text| texts.place(text.replace("\r\n", "\n").trim().to_owned()))
            .collect();
        let repository = match &package["repository"] {
            Value::Object(repository) => repository.get("url").cloned().unwrap_or_default(),
            other => other.clone(),
        };
        found.insert(name.clone(), entry(&package, &package["license"], &repository, files, texts));
        if name == "svelte" {
            waiting.extend(SVELTE_AT_RUN_TIME.map(String::from));
        } else {
            waiting.extend(names(&package["dependencies"]));
            let peers = names(&package["peerDependencies"]).into_iter();
            // The framework for servers is named by what can be used with it; the page is not.
            waiting.extend(peers.filter(|peer| peer != "@sveltejs/kit"));
        }
    }
    found.into_values().collect()
}

fn entry(
    package: &Value,
    licence: &Value,
    repository: &Value,
    files: Vec<usize>,
    texts: &Texts,
) -> Value {
    let mut licence = text_of(licence).replace('/', " OR ");
    let is_mit = |place: &usize| {
        texts.all.get(*place).is_some_and(|text| text.trim_start().starts_with("MIT License"))
    };
    // Some name none and bring its text.
    if licence.is_empty() && files.iter().any(is_mit) {
        licence = "MIT".into();
    }
    let repository = text_of(repository);
    let repository = repository.strip_prefix("git+").unwrap_or(&repository);
    // npm's short form of an address at GitHub, with its name or without.
    let path = repository.strip_prefix("github:").unwrap_or(repository);
    let repository = if !path.contains(':') && path.matches('/').count() == 1 {
        format!("https://github.com/{path}")
    } else {
        repository.trim_end_matches(".git").to_owned()
    };
    json!({
        "name": package["name"],
        "version": package["version"],
        "licence": licence,
        "repository": repository,
        "texts": files,
    })
}

/// Gives packages that bring no text that of another one, where the licence has the same words for
/// everybody. Others name who holds the copyright, and cannot be lent.
fn lend_texts(list: &mut [Value], texts: &Texts) {
    for package in list.iter_mut().filter(|package| package["texts"] == json!([])) {
        let licence = text_of(&package["licence"]);
        let places = [("Apache-2.0", "Apache License"), ("MPL-2.0", "Mozilla Public License")]
            .into_iter()
            .filter(|(name, _)| licence.contains(name))
            .filter_map(|(_, title)| texts.all.iter().position(|text| text.starts_with(title)));
        package["texts"] = places.collect::<Vec<_>>().into();
    }
}

fn names(dependencies: &Value) -> Vec<String> {
    dependencies.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

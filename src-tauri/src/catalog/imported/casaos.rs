//! Stores of CasaOS and ZimaOS: a compose file with `x-casaos`, all services of which are kept.

use super::{About, Imported, adapt::adapt, category_of, finish, id_of, within};
use crate::{
    catalog::{
        manifest::architecture,
        problem::{Problem, Problems},
        yaml::{self, Node},
    },
    domain::app::{AppSetting, AppSettingKind, AppWeb},
};

/// Whether a compose file is one of such a store.
pub(in crate::catalog) fn is_one(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("x-casaos:"))
}

/// Reads an app; its folder's name counts where the file gives it no id that can be used.
///
/// # Errors
/// What is wrong with it, line by line.
pub(in crate::catalog) fn read(text: &str, folder: &str) -> Result<Imported, Vec<Problem>> {
    let mut tree = yaml::read(text).map_err(|problem| vec![problem])?;
    let mut notes = Problems::default();
    let wrong = |message: &str| vec![Problem { line: Some(1), message: message.to_owned() }];
    let (_, about) = tree.remove("x-casaos").ok_or_else(|| wrong("there is no 'x-casaos'"))?;
    let named = tree.get("name").and_then(Node::scalar);
    let store_id = about.get("store_app_id").and_then(Node::scalar);
    let id = [store_id, named, Some(folder.to_owned())]
        .into_iter()
        .flatten()
        .find_map(|name| id_of(&name));
    let id = id.ok_or_else(|| wrong("neither 'name' nor the folder makes an id"))?;
    bring_first(&mut tree, about.get("main").and_then(Node::scalar));
    let settings = adapt(&mut tree, id.as_str(), &mut notes);

    let title = words(&about, "title").unwrap_or_else(|| id.to_string());
    let tagline = words(&about, "tagline");
    let description =
        tagline.or_else(|| words(&about, "description")).unwrap_or_else(|| title.clone());
    let category = about.get("category").and_then(Node::scalar).unwrap_or_default();
    let architectures = about.get("architectures").map_or(&[][..], Node::list).iter();
    let architectures = architectures.filter_map(|node| node.text().and_then(architecture));
    let web = web(&about, &settings);
    let developer = about.get("developer").or_else(|| about.get("author")).and_then(Node::scalar);
    let tags = [Some(category.clone()), developer].into_iter().flatten();
    let told = about
        .get("tips")
        .and_then(|tips| words(tips, "before_install").or_else(|| words(tips, "custom")));
    let about = About {
        id,
        name: within(&title, 60),
        description,
        version: about.get("version").and_then(Node::scalar).map(|version| within(&version, 40)),
        category: category_of(&category),
        tags: tags.map(|tag| within(&tag, 30)).filter(|tag| !tag.is_empty()).collect(),
        architectures: architectures.map(str::to_owned).collect(),
        documentation: None,
        notes: told.map(|text| within(&text, 2_000)),
    };
    finish(about, &tree, settings, web, notes)
}

/// The service that people mean comes first.
fn bring_first(tree: &mut Node, main: Option<String>) {
    let Some(main) = main else { return };
    let Some(services) = tree.get_mut("services") else { return };
    if let Some(entry) = services.remove(&main)
        && let yaml::Kind::Map(entries) = &mut services.kind
    {
        entries.insert(0, entry);
    }
}

/// A text in English, where it is there in several languages.
fn words(node: &Node, name: &str) -> Option<String> {
    let node = node.get(name)?;
    if let Some(text) = node.scalar() {
        return Some(text);
    }
    let english = ["en_us", "en_US", "en_gb", "en"].iter().find_map(|locale| node.get(locale));
    english.or_else(|| node.entries().first().map(|(_, node)| node)).and_then(Node::scalar)
}

fn web(about: &Node, settings: &[AppSetting]) -> Option<AppWeb> {
    let port = about.get("port_map").and_then(Node::scalar)?;
    let is_it = |setting: &&AppSetting| {
        matches!(setting.kind, AppSettingKind::Port { .. })
            && setting.default.as_deref() == Some(&port)
    };
    let setting = settings.iter().find(is_it)?;
    let path = about.get("index").and_then(Node::scalar).filter(|path| path.starts_with('/'));
    Some(AppWeb {
        port: setting.name.clone(),
        path: path.unwrap_or_else(|| "/".to_owned()),
        is_https: about.get("scheme").and_then(Node::scalar).as_deref() == Some("https"),
    })
}

#[cfg(test)]
#[path = "casaos_tests.rs"]
mod tests;

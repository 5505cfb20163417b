//! A tray that a test can read: the D-Bus service that desktops offer for status icons.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;
use zbus::{
    Connection, interface,
    zvariant::{OwnedValue, Value},
};

/// The desktop's side: programs register their icons here.
struct Watcher {
    items: watch::Sender<Option<String>>,
    names: Arc<Mutex<Vec<String>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &self,
        service: &str,
        #[zbus(header)] header: zbus::message::Header<'_>,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Ayatana gives the object's path, KDE the service's name.
        let path = if service.starts_with('/') { service } else { "/StatusNotifierItem" };
        let item = format!("{sender}{path}");
        self.names.lock().expect("not poisoned").push(item.clone());
        self.items.send_replace(Some(item));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.names.lock().expect("not poisoned").clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// The tray.
pub struct Tray {
    connection: Connection,
    items: watch::Receiver<Option<String>>,
}

/// One line of a menu: its number and its text.
pub type Line = (i32, String);

type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Tray {
    /// Offers the service on a session bus.
    pub async fn start(bus: &str) -> Self {
        let (items, receiver) = watch::channel(None);
        let connection = zbus::connection::Builder::address(bus)
            .expect("an address")
            .serve_at("/StatusNotifierWatcher", Watcher { items, names: Arc::default() })
            .expect("a path")
            .name("org.kde.StatusNotifierWatcher")
            .expect("a name")
            .build()
            .await
            .expect("the bus takes the service");
        Self { connection, items: receiver }
    }

    /// Waits until a program that still runs has put an icon here; gives its bus name and path.
    async fn item(&self) -> (String, String) {
        let bus = zbus::fdo::DBusProxy::new(&self.connection).await.expect("the bus");
        let mut items = self.items.clone();
        let there = async {
            loop {
                let item =
                    items.wait_for(Option::is_some).await.expect("the watcher lives").clone();
                let item = item.unwrap_or_default();
                let (service, path) = item.split_at(item.find('/').expect("a path"));
                let name = service.try_into().expect("a bus name");
                if bus.name_has_owner(name).await.expect("the bus answers") {
                    return (service.to_owned(), path.to_owned());
                }
                // It is that of a program which has ended; the next one's is still to come.
                items.changed().await.expect("the watcher lives");
            }
        };
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, there).await.expect("an icon in the tray within a minute")
    }

    async fn property(&self, name: &str) -> OwnedValue {
        let (service, path) = self.item().await;
        let reply = self
            .connection
            .call_method(
                Some(service.as_str()),
                path.as_str(),
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &("org.kde.StatusNotifierItem", name),
            )
            .await
            .expect("the icon answers");
        reply.body().deserialize::<OwnedValue>().expect("a value")
    }

    /// The menu's lines, those of submenus too.
    pub async fn menu(&self) -> Vec<Line> {
        let (service, _) = self.item().await;
        let menu = self.property("Menu").await;
        let path = zbus::zvariant::OwnedObjectPath::try_from(menu).expect("a path");
        let reply = self
            .connection
            .call_method(
                Some(service.as_str()),
                path.as_str(),
                Some("com.canonical.dbusmenu"),
                "GetLayout",
                &(0_i32, -1_i32, Vec::<&str>::new()),
            )
            .await
            .expect("the menu answers");
        let (_, root): (u32, Layout) = reply.body().deserialize().expect("a layout");
        let mut lines = Vec::new();
        flatten(root, &mut lines);
        lines
    }

    /// Waits for the line that begins with a name to be as wished; gives it.
    pub async fn wait_for_line(&self, name: &str, wished: impl Fn(&str) -> bool) -> String {
        let waiting = async {
            loop {
                let lines = self.menu().await;
                let line =
                    lines.into_iter().map(|(_, line)| line).find(|line| line.starts_with(name));
                if let Some(line) = line.filter(|line| wished(line)) {
                    return line;
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), waiting).await {
            Ok(line) => line,
            Err(_) => panic!("the tray never says so of {name}: {:?}", self.menu().await),
        }
    }

    /// Clicks a line of the menu.
    pub async fn click(&self, text: &str) {
        let (id, _) = self
            .menu()
            .await
            .into_iter()
            .find(|(_, line)| line == text)
            .unwrap_or_else(|| panic!("the menu has no '{text}'"));
        let (service, _) = self.item().await;
        let menu = self.property("Menu").await;
        let path = zbus::zvariant::OwnedObjectPath::try_from(menu).expect("a path");
        self.connection
            .call_method(
                Some(service.as_str()),
                path.as_str(),
                Some("com.canonical.dbusmenu"),
                "Event",
                &(id, "clicked", Value::from(0_i32), 0_u32),
            )
            .await
            .expect("the menu takes the click");
    }
}

fn flatten((id, properties, children): Layout, lines: &mut Vec<Line>) {
    if let Some(label) =
        properties.get("label").and_then(|label| String::try_from(label.clone()).ok())
    {
        lines.push((id, label));
    }
    for child in children {
        if let Ok(layout) = Layout::try_from(child) {
            flatten(layout, lines);
        }
    }
}

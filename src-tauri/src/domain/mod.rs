//! The nouns of Tomo: plain values with no I/O and no async.
//!
//! Every other layer speaks in these types; nothing here knows how they are stored, sent or shown.
//! Names are the database's, and JSON uses the same names, so that one word means one thing
//! in a table, in `--json` and in the window.

pub mod about;
pub mod account;
pub mod activity;
pub mod address;
pub mod app;
pub mod app_backup;
pub mod app_newer;
pub mod app_plan;
pub mod app_project;
pub mod app_source;
pub mod app_update;
pub mod audit;
pub mod backup;
pub mod connection;
pub mod container;
pub mod container_details;
pub mod container_history;
pub mod container_log;
pub mod credential;
pub mod docker_setup;
pub mod engine;
pub mod engine_store;
pub mod failure;
pub mod figure;
pub mod file;
pub mod fleet;
pub mod health;
pub mod history;
pub mod host_key;
pub mod id;
pub mod installed_app;
pub mod key_info;
pub mod live;
pub mod lock;
pub mod own_app;
pub mod plan;
pub mod refusal;
pub mod retention;
pub mod sample;
pub mod server;
pub mod server_list;
pub mod session;
pub mod setting;
pub mod setting_guide;
pub mod status;
pub mod system_info;
pub mod terminal;
pub mod test_report;
pub mod text;
pub mod time;
pub mod user;

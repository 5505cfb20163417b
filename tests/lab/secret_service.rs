//! A Secret Service (gnome-keyring) under its own D-Bus session.

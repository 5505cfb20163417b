//! The TypeScript client, written from the command table. It is committed, and a test fails when it
//! is out of date.

use super::{args, error, table::COMMANDS};
use crate::domain::{
    about, account, activity, address, app, app_backup, app_newer, app_plan, app_project,
    app_source, app_update, audit, backup, connection, container, container_details,
    container_history, container_log, docker_setup, engine, engine_store, failure, file, fleet,
    health, history, host_key, id, installed_app, key_info, live, lock, own_app, plan, retention,
    sample, server, server_list, session, setting, status, system_info, terminal, test_report,
    user,
};
use std::fmt::Write;
use ts_rs::{Config, TS};

macro_rules! declare {
    ($config:expr, $($kind:ty),* $(,)?) => { [$(declaration::<$kind>($config)),*] };
}

fn declaration<T: TS>(config: &Config) -> String {
    format!("{}export {}\n", T::docs().unwrap_or_default(), T::decl(config))
}

/// The text of `ui/src/lib/backend/generated.ts`.
#[must_use]
pub fn typescript() -> String {
    let config = Config::default().with_large_int("number");
    let mut text = String::from(
        "// Generated from the command table by `cargo xtask bindings`. Do not edit.\n\n",
    );
    let types = declare!(
        &config,
        id::ServerId,
        id::UserId,
        id::InstalledAppId,
        server::AuthType,
        server::Server,
        server::ServerInput,
        system_info::SystemInfo,
        system_info::UnreadableSource,
        failure::Step,
        failure::Failure,
        host_key::HostKey,
        host_key::KnownHost,
        host_key::HostKeyVerdict,
        connection::ConnectionStatus,
        health::State,
        health::Marks,
        health::Thresholds,
        health::Health,
        live::LivePoint,
        live::Figures,
        live::DiskFigure,
        sample::Sample,
        sample::Cpu,
        sample::Memory,
        sample::Load,
        sample::Mount,
        sample::Interface,
        sample::Disk,
        sample::Temperature,
        sample::Cost,
        sample::ContainerUsage,
        history::Range,
        history::History,
        engine::EngineKind,
        engine::EngineVia,
        engine::EngineAccess,
        engine::EngineInfo,
        engine::EngineObstacle,
        engine::EngineTrouble,
        engine::EngineStatus,
        engine::OtherEngine,
        engine::ServerEngine,
        container::ContainerRef,
        container::ContainerState,
        container::ContainerHealth,
        container::PublishedPort,
        container::Container,
        container::FiguresSource,
        container::ContainerFigures,
        container::ContainerRow,
        container::Containers,
        container::ContainerCounts,
        container::ContainerAction,
        container::ContainerResult,
        container::RestartPolicy,
        container::ContainerLimits,
        container_details::EnvironmentVariable,
        container_details::ContainerMount,
        container_details::ContainerNetwork,
        container_details::HealthCheckRun,
        container_details::ContainerLabel,
        container_details::ContainerDetails,
        container_history::ContainerHistory,
        container_history::ContainerPoint,
        container_log::LogStream,
        container_log::LogLine,
        container_log::LogSource,
        container_log::LogStatus,
        container_log::LogFilter,
        container_log::LogPage,
        container_log::LogMatches,
        engine_store::UsedBy,
        engine_store::Image,
        engine_store::Volume,
        engine_store::Network,
        engine_store::PruneKind,
        engine_store::PruneItem,
        engine_store::PrunePreview,
        engine_store::RemovalResult,
        app::AppName,
        app::AppCategory,
        app::AppIcon,
        app::AppRequirements,
        app::AppChoice,
        app::PortProtocol,
        app::SecretAlphabet,
        app::AppSettingKind,
        app::AppSetting,
        app::AppWeb,
        app::AppHealth,
        app::AppFlag,
        app::AppService,
        app::AppManifest,
        app_source::AppProblem,
        app_source::LeftOut,
        app_source::AppId,
        app_source::AppSourceKind,
        app_source::AppSource,
        app_source::SyncReport,
        app_source::AppCard,
        app_source::CatalogPage,
        app_source::CatalogApp,
        app_source::CatalogCheck,
        app_project::ProjectPort,
        app_project::MountSource,
        app_project::ProjectMount,
        app_project::ProjectNetwork,
        app_project::ProjectService,
        app_project::AppProject,
        app_project::ValueProblem,
        app_plan::CheckKind,
        app_plan::CheckOutcome,
        app_plan::PlanFix,
        app_plan::PlanCheck,
        app_plan::PlanImage,
        app_plan::PlanVolume,
        app_plan::ServerFit,
        app_plan::AppPlan,
        installed_app::AppStatus,
        installed_app::AppWorkKind,
        installed_app::AppAction,
        installed_app::StepState,
        installed_app::PulledLayer,
        installed_app::AppStep,
        installed_app::AppWork,
        installed_app::AppFailure,
        installed_app::AppNetwork,
        installed_app::AppVolume,
        installed_app::AppBind,
        app_newer::AppImage,
        app_newer::NewerImage,
        app_update::AppVersion,
        app_update::WayBack,
        app_update::LineChange,
        app_update::DiffLine,
        app_update::UpdatePlan,
        app_update::LastUpdate,
        app_backup::AppDataKind,
        app_backup::AppDataPart,
        app_backup::LeftOutData,
        app_backup::AppRestMode,
        app_backup::AppBackupPreview,
        app_backup::AppBackupEntry,
        app_backup::AppBackupContents,
        app_backup::DataWay,
        app_backup::RestorePlan,
        app_backup::MovePlan,
        own_app::AppOrigin,
        own_app::OwnApp,
        own_app::OwnFiles,
        own_app::AppFiles,
        own_app::AdoptPlan,
        installed_app::AppAddress,
        installed_app::AppPage,
        installed_app::AppContainers,
        installed_app::InstalledApp,
        installed_app::FoundProject,
        installed_app::InstalledApps,
        installed_app::InstalledAppDetails,
        installed_app::UninstallPreview,
        docker_setup::SetupPrivilege,
        docker_setup::SetupStep,
        docker_setup::DockerSetup,
        docker_setup::SetupRunStep,
        docker_setup::DockerSetupRun,
        terminal::TerminalTarget,
        terminal::TerminalSize,
        terminal::Terminal,
        terminal::TerminalOutput,
        user::Role,
        user::User,
        session::Session,
        session::SessionStatus,
        session::Door,
        session::Client,
        session::SessionEntry,
        account::Account,
        account::PasswordStrength,
        lock::LockSubject,
        lock::AccountLock,
        activity::ActivityGroup,
        activity::ActivityLevel,
        activity::Activity,
        activity::ActivityFilter,
        activity::ActivityPage,
        audit::ChangeType,
        audit::AuditEntry,
        audit::AuditFilter,
        audit::AuditPage,
        audit::AuditReport,
        retention::RetainedTable,
        retention::RetentionShare,
        retention::RetentionPreview,
        retention::RetentionDropped,
        retention::RetentionRun,
        retention::RetentionStatus,
        backup::BackupContents,
        backup::BackupEntry,
        backup::BackupList,
        server_list::ImportAction,
        server_list::ImportEntry,
        server_list::ImportPreview,
        server_list::ImportResult,
        plan::PlanState,
        plan::Plan,
        about::ComponentVersion,
        about::About,
        about::Licence,
        file::Exported,
        file::FilePurpose,
        address::Address,
        setting::Scope,
        setting::Rule,
        setting::SettingView,
        fleet::ServerRow,
        fleet::Sparkline,
        fleet::Fleet,
        fleet::Collection,
        fleet::ServerDetails,
        fleet::HostCost,
        fleet::LiveHistory,
        fleet::Topic,
        fleet::Push,
        status::KeyPlace,
        status::VaultStatus,
        status::Status,
        test_report::Outcome,
        test_report::TestStep,
        test_report::TestReport,
        key_info::KeyInfo,
        error::Code,
        error::ApiError,
        args::OnServer,
        args::OneContainer,
        args::RevealVariable,
        args::ContainerHistoryOf,
        args::ActOnContainers,
        args::RemoveContainers,
        args::RenameContainer,
        args::LimitContainer,
        args::RemoveFromEngine,
        args::Prune,
        args::PruneItems,
        args::ReadLog,
        args::OpenLog,
        args::LogRef,
        args::PageOfLog,
        args::SearchLog,
        args::SeekLog,
        args::SaveLog,
        args::OpenTerminal,
        args::TerminalRef,
        args::TypeIntoTerminal,
        args::ResizeTerminal,
        args::SetUpOnServer,
        args::SetUpDocker,
        args::FindApps,
        args::OneApp,
        args::AddAppSource,
        args::OneAppSource,
        args::EnableAppSource,
        args::PlanApp,
        args::InstallApp,
        args::OneInstalledApp,
        args::ActOnApp,
        args::UninstallApp,
        args::RevealAppSecret,
        args::PlanUpdate,
        args::UpdateApp,
        args::BackUpApp,
        args::OpenAppBackup,
        args::RestoreApp,
        args::PlanMove,
        args::MoveApp,
        args::ReadCompose,
        args::OneProject,
        args::Nothing,
        args::SetUp,
        args::SignIn,
        args::Passphrase,
        args::CredentialInput,
        args::AddressText,
        args::KeyToInspect,
        args::AddServer,
        args::EditServer,
        args::TestServer,
        args::ServerRef,
        args::TrustHostKey,
        args::ReplaceHostKey,
        args::HistoryOf,
        args::PasswordToCheck,
        args::OwnPassword,
        args::CreateUser,
        args::EditUser,
        args::SetUserPassword,
        args::UserRef,
        args::EditAccount,
        args::AvatarInput,
        args::ChangePassword,
        args::ListSessions,
        args::SessionRef,
        args::Unlock,
        args::SetSetting,
        args::SettingChange,
        args::SaveSettings,
        args::ResetSettings,
        args::ListAudit,
        args::FileFormat,
        args::ExportAudit,
        args::ListActivity,
        args::ExportActivity,
        args::ChooseFile,
        args::FileRef,
        args::CreateBackup,
        args::OpenBackup,
        args::BackupPassphrase,
        args::ImportServers,
        args::PlanRef,
        args::Pause,
        args::Watch,
    );
    text.push_str(&types.join("\n"));
    text.push_str("\n/** Every command: its name, its arguments, its result. */\nexport interface Commands {\n");
    for command in COMMANDS {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  /**{} ({}) */\n  \"{}\": [{}, {}];",
            command.doc,
            format!("{:?}", command.effect).to_lowercase(),
            command.name,
            (command.arguments)(&config),
            (command.result)(&config),
        );
    }
    text.push_str("}\n");
    text
}

/// The text of `ui/src/lib/backend/fake/registry.ts`: the settings as they are delivered, for the pages'
/// own tests.
///
/// # Errors
/// Never, as long as a setting can be written as JSON.
pub fn registry_typescript() -> serde_json::Result<String> {
    let mut text = String::from(
        "// Generated from the registry of settings by `cargo xtask bindings`. Do not edit.\n\n\
         import type { SettingView } from '../generated';\n\n\
         /** Every setting as it is delivered. */\n\
         export function registry(): SettingView[] {\n  return [\n",
    );
    for declared in setting::REGISTRY {
        let delivered = setting::SettingView {
            version: 1,
            system_version: 1,
            ..setting::SettingView::untouched(declared)
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {},", serde_json::to_string(&delivered)?);
    }
    text.push_str("  ];\n}\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    /// The window's own tests run with the settings that there are, not with a copy of them.
    #[test]
    fn the_registry_of_the_windows_tests_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/lib/backend/fake/registry.ts");
        let expected = super::registry_typescript().expect("JSON");
        if std::env::var_os("TOMO_WRITE_BINDINGS").is_some() {
            std::fs::write(path, &expected).expect("the registry can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == expected, "run `cargo xtask bindings`, and commit what it writes");
    }

    /// The committed client is what the table says; `cargo xtask bindings` writes it anew.
    #[test]
    fn bindings_are_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/lib/backend/generated.ts");
        let expected = super::typescript();
        if std::env::var_os("TOMO_WRITE_BINDINGS").is_some() {
            std::fs::write(path, &expected).expect("the bindings can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
        assert!(committed == expected, "run `cargo xtask bindings`, and commit what it writes");
    }
}

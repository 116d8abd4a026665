//! Settings of what is shown.

use super::{Given, Known, Settings, sets};
use crate::report::{Colours, Format, Switch};
use crate::source::Diagnostic;

macro_rules! colour {
    ($written:literal, $exported:literal, $field:ident) => {
        sets(&[$written], &[$exported], |settings, given| {
            let colours: &mut Colours = &mut settings.output.colours;
            colours.$field = given.some();
            Ok(())
        })
    };
}

pub(super) const KNOWN: &[Known] = &[
    sets(&["defaults.verbosity"], &["ANSIBLE_VERBOSITY"], |settings, given| {
        given.number().map(|number| settings.output.verbosity = number)
    }),
    sets(&["defaults.stdout_callback"], &["ANSIBLE_STDOUT_CALLBACK"], callback),
    sets(&["defaults.nocolor"], &["ANSIBLE_NOCOLOR"], |settings, given| {
        given
            .flag()
            .map(|off| settings.output.colour = if off { Switch::Off } else { settings.output.colour })
    }),
    sets(&["defaults.force_color"], &["ANSIBLE_FORCE_COLOR", "FORCE_COLOR"], |settings, given| {
        given.flag().map(|on| settings.output.colour = if on { Switch::On } else { settings.output.colour })
    }),
    sets(&["defaults.log_path"], &["ANSIBLE_LOG_PATH"], |settings, given| {
        settings.output.log = given.some().map(|_| given.path());
        Ok(())
    }),
    sets(&["diff.context"], &["ANSIBLE_DIFF_CONTEXT"], |settings, given| {
        given.some_number().map(|lines| settings.output.diff_context = lines)
    }),
    sets(&["defaults.display_skipped_hosts"], &["ANSIBLE_DISPLAY_SKIPPED_HOSTS"], |settings, given| {
        given.flag().map(|shown| settings.output.hide_skipped = !shown)
    }),
    sets(&["defaults.display_ok_hosts"], &["ANSIBLE_DISPLAY_OK_HOSTS"], |settings, given| {
        given.flag().map(|shown| settings.output.hide_ok = !shown)
    }),
    sets(&["defaults.display_failed_stderr"], &["ANSIBLE_DISPLAY_FAILED_STDERR"], |settings, given| {
        given.flag().map(|flag| settings.output.failures_to_stderr = flag)
    }),
    sets(&["defaults.show_custom_stats"], &["ANSIBLE_SHOW_CUSTOM_STATS"], |settings, given| {
        given.flag().map(|flag| settings.output.custom_stats = flag)
    }),
    sets(&["defaults.check_mode_markers"], &["ANSIBLE_CHECK_MODE_MARKERS"], |settings, given| {
        given.flag().map(|flag| settings.output.check_mode_markers = flag)
    }),
    sets(
        &["defaults.show_task_path_on_failure"],
        &["ANSIBLE_SHOW_TASK_PATH_ON_FAILURE"],
        |settings, given| given.flag().map(|flag| settings.output.task_path_on_failure = flag),
    ),
    sets(&["defaults.callback_format_pretty"], &["ANSIBLE_CALLBACK_FORMAT_PRETTY"], |settings, given| {
        given.flag().map(|flag| settings.output.pretty = Some(flag))
    }),
    sets(&["defaults.callback_result_format"], &["ANSIBLE_CALLBACK_RESULT_FORMAT"], |settings, given| {
        given.word(&[("json", false), ("yaml", true)]).map(|yaml| settings.output.yaml = yaml)
    }),
    colour!("colors.ok", "ANSIBLE_COLOR_OK", ok),
    colour!("colors.changed", "ANSIBLE_COLOR_CHANGED", changed),
    colour!("colors.skip", "ANSIBLE_COLOR_SKIP", skip),
    colour!("colors.error", "ANSIBLE_COLOR_ERROR", error),
    colour!("colors.unreachable", "ANSIBLE_COLOR_UNREACHABLE", unreachable),
    colour!("colors.included", "ANSIBLE_COLOR_INCLUDED", included),
    colour!("colors.verbose", "ANSIBLE_COLOR_VERBOSE", verbose),
    colour!("colors.warn", "ANSIBLE_COLOR_WARN", warn),
    colour!("colors.debug", "ANSIBLE_COLOR_DEBUG", debug),
    colour!("colors.diff_add", "ANSIBLE_COLOR_DIFF_ADD", diff_add),
    colour!("colors.diff_remove", "ANSIBLE_COLOR_DIFF_REMOVE", diff_remove),
    colour!("colors.diff_lines", "ANSIBLE_COLOR_DIFF_LINES", diff_lines),
];

/// Who names the default output wants it; the next ones only wanted something nicer, which they have.
fn callback(settings: &mut Settings, given: &Given) -> Result<(), String> {
    let Some(name) = given.some() else { return Ok(()) };
    match name.rsplit('.').next().unwrap_or_default() {
        "default" => settings.output.format = Format::Ansible,
        "minimal" => settings.output.format = Format::Minimal,
        "yaml" | "debug" => settings.output.yaml = true,
        "dense" | "selective" | "unixy" => {}
        _ => {
            let warning = Diagnostic::warning(format!("`{}`: there is no output `{name}`", given.name));
            let hint =
                "`--output ansible` is what `ansible-playbook` prints, `--output json` tells events as JSON";
            settings.warnings.push(warning.hint(hint));
        }
    }
    Ok(())
}

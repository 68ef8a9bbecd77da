use super::classifier::Class;
use super::{Object, Syntax};
pub(crate) fn classify(_text: &str, _syntax: Syntax) -> Class {
    todo!()
}
pub(crate) fn definition(_text: &str, _syntax: Syntax) -> Vec<Object> {
    todo!()
}
pub(crate) enum Source {
    Text(String),
    Variable(String),
}
pub(crate) enum Prepare {
    From { name: String, source: Source },
    Drop { name: String },
}
pub(crate) fn prepare(_text: &str, _syntax: Syntax) -> Option<Prepare> {
    todo!()
}
pub(crate) enum Executed {
    Named(String),
    Immediate(Source),
}
pub(crate) fn executed(_text: &str, _syntax: Syntax) -> Option<Executed> {
    todo!()
}
pub(crate) fn called(_text: &str, _syntax: Syntax) -> Option<(Option<String>, String)> {
    todo!()
}
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) user: Vec<String>,
    pub(crate) system: Vec<String>,
    pub(crate) names: bool,
}
pub(crate) fn settings(_text: &str, _syntax: Syntax) -> Settings {
    todo!()
}
pub(crate) fn used_schema(_text: &str, _syntax: Syntax) -> Option<String> {
    todo!()
}
pub(crate) fn assigned_variables(_text: &str, _syntax: Syntax) -> Vec<String> {
    todo!()
}
pub(crate) fn temporary_table(_text: &str, _syntax: Syntax) -> Option<(String, bool)> {
    todo!()
}
pub(crate) fn dropped_temporary(_text: &str, _syntax: Syntax) -> Vec<String> {
    todo!()
}
pub(crate) fn mentioned<'n>(
    _text: &str,
    _syntax: Syntax,
    _names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    todo!()
}
pub(crate) fn body(_text: &str, _syntax: Syntax) -> Vec<(Class, String)> {
    todo!()
}

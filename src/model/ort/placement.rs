//! Which node runs where, from the session's own record.

use std::ffi::{CStr, c_char};
use std::ptr;

use ort::AsPointer;
use ort::session::Session;
use ort::sys::{OrtEpAssignedNode, OrtEpAssignedSubgraph, OrtStatusPtr};

use crate::model::device::Device;

/// What the record of a session says.
#[derive(Debug, Default)]
pub struct Record {
    /// Nodes that a provider other than the CPU's claimed.
    pub here: usize,
    /// Nodes on the CPU: operator and name.
    pub elsewhere: Vec<String>,
}

impl Record {
    /// A sentence for reports.
    pub fn describe(&self, device: Device) -> String {
        format!("no node on the CPU, the whole graph on {device}")
    }

    /// Names the nodes that do not run on the device.
    pub fn complain(&self) -> String {
        const SHOWN: usize = 4;
        let more = match self.elsewhere.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        format!(
            "{} nodes of the graph would run on the CPU: {}{more}",
            self.elsewhere.len(),
            self.elsewhere[..self.elsewhere.len().min(SHOWN)].join(", ")
        )
    }
}

/// Reads the record of a session that was built with `session.record_ep_graph_assignment_info`.
///
/// # Errors
/// What ONNX Runtime said: builds of some releases keep none.
pub fn read(session: &Session) -> Result<Record, String> {
    let api = ort::api();
    let mut record = Record::default();
    let (mut parts, mut count) = (ptr::null(), 0);
    // SAFETY: the session lives; the two places are written. The list belongs to the session.
    done(unsafe {
        (api.Session_GetEpGraphAssignmentInfo)(session.ptr(), &raw mut parts, &raw mut count)
    })?;
    for part in list::<*const OrtEpAssignedSubgraph>(parts, count) {
        let (mut name, mut nodes, mut count) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the part comes from the list above; the places are written, what they point to lives in the session.
        done(unsafe { (api.EpAssignedSubgraph_GetEpName)(*part, &raw mut name) })?;
        // SAFETY: as above.
        done(unsafe { (api.EpAssignedSubgraph_GetNodes)(*part, &raw mut nodes, &raw mut count) })?;
        let nodes = list::<*const OrtEpAssignedNode>(nodes, count);
        if text(name) != "CPUExecutionProvider" {
            record.here += nodes.len();
            continue;
        }
        for node in nodes {
            let (mut name, mut op) = (ptr::null(), ptr::null());
            // SAFETY: the node comes from the list above; the places are written.
            done(unsafe { (api.EpAssignedNode_GetName)(*node, &raw mut name) })?;
            // SAFETY: as above.
            done(unsafe { (api.EpAssignedNode_GetOperatorType)(*node, &raw mut op) })?;
            record
                .elsewhere
                .push(format!("{} {}", text(op), text(name)));
        }
    }
    Ok(record)
}

/// A list of the C API.
fn list<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if first.is_null() {
        return &[];
    }
    // SAFETY: the API gave a pointer to this many, which live as long as the session; it is read before that ends.
    unsafe { std::slice::from_raw_parts(first, count) }
}

fn text<'a>(text: *const c_char) -> std::borrow::Cow<'a, str> {
    if text.is_null() {
        return "?".into();
    }
    // SAFETY: the API gave a zero-terminated text that lives as long as the session.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// A status of the C API, freed.
fn done(status: OrtStatusPtr) -> Result<(), String> {
    // SAFETY: the status comes from the API and is handed over once.
    unsafe { ort::Error::result_from_status(status) }.map_err(|e| e.to_string())
}

//! What was wrong with an input and did not stop us.

use std::fmt;

/// A fault that was worked around; the message says how.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The data ends before the header says.
    Truncated {
        /// Frames the header promises.
        expected: u64,
        /// Frames that are there.
        found: u64,
    },
    /// The header's size of the data is wrong: a recorder that crashed, or an editor that did not patch it.
    Size {
        /// Bytes the header claims.
        claimed: u64,
        /// Bytes used.
        used: u64,
    },
    /// The header's bytes per frame contradict channels and depth.
    BlockAlign {
        /// Bytes per frame in the header.
        claimed: u16,
        /// Bytes per frame used.
        used: u16,
    },
    /// The last frame lacks some of its bytes.
    PartialFrame {
        /// Bytes that were left out.
        bytes: u64,
    },
    /// Packets that do not decode were replaced by silence of the same length.
    Damaged {
        /// How many.
        packets: u64,
    },
    /// The rate or the number of channels changes in the middle: only the part before was read.
    Changed {
        /// Frames before the change.
        frames: u64,
    },
    /// Metadata that could not be kept.
    Dropped {
        /// What, by name.
        what: String,
        /// Why.
        reason: &'static str,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { expected, found } => {
                write!(
                    f,
                    "the file is cut short: {found} of {expected} frames are there and were read"
                )
            }
            Self::Size { claimed, used } => {
                write!(
                    f,
                    "the header claims {claimed} bytes of audio, but the file holds {used}, which were read"
                )
            }
            Self::BlockAlign { claimed, used } => {
                write!(
                    f,
                    "the header claims {claimed} bytes a frame, but its channels and depth need {used}, which was used"
                )
            }
            Self::PartialFrame { bytes } => {
                write!(
                    f,
                    "the last {bytes} bytes are no whole frame and were left out"
                )
            }
            Self::Damaged { packets } => {
                write!(f, "{packets} damaged packets were replaced by silence")
            }
            Self::Changed { frames } => {
                write!(
                    f,
                    "the format changes after {frames} frames; only the part before was read"
                )
            }
            Self::Dropped { what, reason } => write!(f, "{what} was not kept: {reason}"),
        }
    }
}

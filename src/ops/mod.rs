//! Functions of one number: a file each, and the table of them. [`PRelu`] is one whose parameter is
//! a slice.

pub(crate) mod prelu;
pub(crate) mod table;

use crate::each_operation;
pub use prelu::{BroadcastPRelu, PRelu};

macro_rules! files { ($(
    $id:literal $file:ident $Op:ident: $($column:ident $value:ident),*;
)*) => {$(
    mod $file;
    pub use $file::*;
)*}; }

each_operation!(files);

//! Stores key records in a JSON file, and reads files that older and newer versions wrote.

use keyroster::ApiKey;

/// Writes records as the file holds them.
pub fn write(keys: &[ApiKey]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(keys)
}

/// Reads a file that this or another version wrote.
///
/// Fields that this version does not know are skipped. Missing fields, and words that it does not know, are read as
/// "unknown".
pub fn read(file: &str) -> serde_json::Result<Vec<ApiKey>> {
    serde_json::from_str(file)
}

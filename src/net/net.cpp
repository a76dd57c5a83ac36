// Placeholder of the skeleton: replaced by the folder's own sources.

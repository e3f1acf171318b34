-- About how many bytes a datum has as JSON, however well it is compressed: a page must fit into the memory of a gateway.
-- NULL: it was stored before there was this column.
ALTER TABLE datum ADD COLUMN size integer;

package storetraffic.alerts;

import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;

/**
 * From Flink's own rows to {@code Row(key, Row(the other columns))}, which is what PyFlink's keyed functions take. The key is
 * the first column; columns are texts and whole numbers, never null.
 */
final class KeyedRows implements MapFunction<RowData, Row>, ResultTypeQueryable<Row> {

    private static final long serialVersionUID = 1L;

    private final boolean[] isText;
    private final String[] names;

    KeyedRows(RowType rows) {
        List<RowType.RowField> fields = rows.getFields();
        isText = new boolean[fields.size()];
        names = new String[fields.size()];
        for (int at = 0; at < isText.length; at++) {
            names[at] = fields.get(at).getName();
            isText[at] = isText(names[at], fields.get(at).getType());
        }
        if (!isText[0]) {
            throw new IllegalArgumentException("hand-over: expected a STRING as first column, the key, came " + rows);
        }
    }

    @Override
    public Row map(RowData row) {
        Row values = new Row(isText.length - 1);
        for (int at = 1; at < isText.length; at++) {
            values.setField(at - 1, isText[at] ? row.getString(at).toString() : (Object) row.getLong(at));
        }
        return Row.of(row.getString(0).toString(), values);
    }

    @Override
    public TypeInformation<Row> getProducedType() {
        String[] others = new String[names.length - 1];
        TypeInformation<?>[] types = new TypeInformation<?>[others.length];
        for (int at = 0; at < others.length; at++) {
            others[at] = names[at + 1];
            types[at] = isText[at + 1] ? Types.STRING : Types.LONG;
        }
        return Types.ROW(Types.STRING, Types.ROW_NAMED(others, types));
    }

    private static boolean isText(String name, LogicalType type) {
        switch (type.getTypeRoot()) {
            case VARCHAR:
                return true;
            case BIGINT:
                return false;
            default:
                throw new IllegalArgumentException(
                        "hand-over: expected STRING or BIGINT columns, came " + name + " " + type + "; cast it");
        }
    }
}

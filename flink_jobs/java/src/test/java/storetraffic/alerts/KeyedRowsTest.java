package storetraffic.alerts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

class KeyedRowsTest {

    private static final LogicalType TEXT = VarCharType.STRING_TYPE;

    /** The first column is the key, the others are the row that the program sees. */
    @Test
    void putsTheKeyBeforeTheRest() {
        KeyedRows keyed = new KeyedRows(RowType.of(new LogicalType[] {TEXT, new BigIntType(), TEXT}, new String[] {"a", "b", "c"}));
        GenericRowData row = GenericRowData.of(StringData.fromString("store-1"), 7L, StringData.fromString("zones"));
        assertEquals(Row.of("store-1", Row.of(7L, "zones")), keyed.map(row));
        assertEquals(
                Types.ROW(Types.STRING, Types.ROW_NAMED(new String[] {"b", "c"}, Types.LONG, Types.STRING)),
                keyed.getProducedType());
    }

    /** What the program could not read is refused when the job is planned. */
    @Test
    void refusesOtherTypes() {
        assertThrows(IllegalArgumentException.class, () -> new KeyedRows(RowType.of(TEXT, new BooleanType())));
        assertThrows(IllegalArgumentException.class, () -> new KeyedRows(RowType.of(new BigIntType(), TEXT)));
    }
}

package storetraffic.alerts;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;

/** Gives the rows to {@link HandedOver}: a text, which is the key, and a row of the other columns. */
final class HandOverSink implements DynamicTableSink {

    private final String name;
    private final RowType rows;

    HandOverSink(String name, RowType rows) {
        this.name = name;
        this.rows = rows;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return ChangelogMode.insertOnly();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        return new DataStreamSinkProvider() {
            @Override
            public DataStreamSink<?> consumeDataStream(ProviderContext provider, DataStream<RowData> stream) {
                KeyedRows keyed = new KeyedRows(rows);
                DataStream<Row> given = stream.map(keyed)
                        .returns(keyed.getProducedType())
                        .name("hand over " + name)
                        .setParallelism(stream.getParallelism());
                HandedOver.give(name, given);
                // A sink there must be; this one takes nothing, so that no row is sent to it.
                return given.filter(row -> false)
                        .setParallelism(stream.getParallelism())
                        .sinkTo(new DiscardingSink<>())
                        .setParallelism(stream.getParallelism());
            }
        };
    }

    @Override
    public DynamicTableSink copy() {
        return new HandOverSink(name, rows);
    }

    @Override
    public String asSummaryString() {
        return "hand-over " + name;
    }
}
